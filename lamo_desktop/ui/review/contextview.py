"""The patient's context as the model saw it: the prompt's parts in order, what was cut struck through."""

from collections.abc import Sequence

from PySide6.QtGui import QColor, QFont, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextBrowser

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.admissions.findings import findings_line
from lamo_desktop.model.prompt import Part, parts
from lamo_desktop.recommend.explain import as_seen
from lamo_desktop.ui.kit import words
from lamo_desktop.ui.kit.theme import em, tokens


class ContextView(QTextBrowser):
    """Plain text with headings; patient text is inserted as text, never as markup."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Context as the model sees it"))
        self.setOpenLinks(False)
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(em(0.75))

    def show_admission(self, admission: Admission, cut: Sequence[str]) -> None:
        """Show an admission's prompt; `cut` is what the engine said it left out, "NAME (how much is kept)"."""
        self.clear()
        cursor = QTextCursor(self.document())
        whole = parts(admission)
        seen = {part.name: part.text for part in as_seen(whole, cut)}
        for place, part in enumerate(whole):
            said = next((text for text in cut if text == part.name or text.startswith(f"{part.name} (")), "")
            self._write(cursor, part, seen.get(part.name, ""), said, first=place == 0)
        if admission.observations:
            heading = self.tr("Findings by the index time (no part of the prompt)")
            told = findings_line(admission.observations, admission.sex, words.said)
            if any(each.worst for each in admission.observations):
                told += ". " + self.tr("The worst values of the first 24 hours may be later than an order.")
            line = Part("findings", f"{heading}: {told}", 0)
            self._write(cursor, line, line.text, "", first=False)
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def _write(self, cursor: QTextCursor, part: Part, seen: str, cut: str, first: bool) -> None:
        colours = tokens()
        heading, separator, body = part.text.strip().partition(": ")
        if not separator:
            heading, body = "", heading
        block = QTextBlockFormat()
        block.setTopMargin(0 if first else em(0.6))
        head = QTextCharFormat()
        head.setFontWeight(QFont.Weight.DemiBold)
        head.setForeground(QColor(colours.warn if cut else colours.muted))
        text, gone = QTextCharFormat(), QTextCharFormat()
        text.setForeground(QColor(colours.text))
        gone.setForeground(QColor(colours.muted))
        gone.setFontStrikeOut(True)
        if first:
            cursor.setBlockFormat(block)
        else:
            cursor.insertBlock(block)
        if heading:
            cursor.insertText(heading, head)
            if cut:
                kept = cut.partition(" (")[2].rstrip(")")
                words = (
                    self.tr("  ▲ shortened for length: {kept}").format(kept=kept) if kept else self.tr("  ▲ left out")
                )
                cursor.insertText(words, head)
            tight = QTextBlockFormat()
            tight.setTopMargin(em(0.1))
            cursor.insertBlock(tight)
        kept_body = seen.strip().partition(": ")[2] if separator else body
        kept_body = kept_body if body.startswith(kept_body) else kept_body.removesuffix(".")
        cursor.insertText(kept_body, text)
        cursor.insertText(body.removeprefix(kept_body), gone)
