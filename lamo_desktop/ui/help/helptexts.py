"""The help of each page, in one place: sections with a heading and sentences."""

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from lamo_desktop.ui.flow import Step

_HELP = {
    Step.IMPORT: (
        (
            QT_TRANSLATE_NOOP("help", "What to open"),
            QT_TRANSLATE_NOOP(
                "help",
                "A workbook or CSV file with one row per admission, or a folder of eICU or MIMIC tables. Drop it "
                "anywhere on the window, or press Ctrl+O for a file and Ctrl+Shift+O for a folder. Nothing is changed "
                "in it and nothing leaves this computer.",
            ),
        ),
        (
            QT_TRANSLATE_NOOP("help", "Columns"),
            QT_TRANSLATE_NOOP(
                "help",
                "The table says which column was taken for which field, with sample values and how it was recognised. "
                "Choose another column where it is wrong; the export is then read again and you can go on working. "
                "Fields that several columns hold have a list with ticks: open it, tick with Space, close with Enter. "
                "Undo goes back one change, Reset to what the program finds by itself.",
            ),
        ),
        (
            QT_TRANSLATE_NOOP("help", "Preview"),
            QT_TRANSLATE_NOOP(
                "help",
                "Below are the rows as they stand in the file, the header row marked, and above each column what it "
                "is used for. If another row is the header, type its number beside “Header row”.",
            ),
        ),
        (
            QT_TRANSLATE_NOOP("help", "Profiles"),
            QT_TRANSLATE_NOOP(
                "help",
                "“Save as profile” keeps the columns under a name. It is used for the next exports, can be chosen "
                "under “Read as”, and holds headers only, so it can be sent to a colleague.",
            ),
        ),
    ),
    Step.CHECK: (
        (
            QT_TRANSLATE_NOOP("help", "The funnel"),
            QT_TRANSLATE_NOOP(
                "help", "How many admissions each criterion leaves, and between two bars how many left and why."
            ),
        ),
        (
            QT_TRANSLATE_NOOP("help", "Problems and rows set aside"),
            QT_TRANSLATE_NOOP(
                "help",
                "Each line names the sheet or table, the cell or row and what was expected. A double click or Enter "
                "shows the place in the export. A question waits for your answer and leaves something empty until "
                "then; a warning is a cell that could not be used; a note says how the file was read.",
            ),
        ),
        (
            QT_TRANSLATE_NOOP("help", "Unknown names"),
            QT_TRANSLATE_NOOP(
                "help",
                "Order texts without a known ingredient are counted, never guessed. Select one and say what it means: "
                "a suggestion (Enter takes the nearest), another ingredient, or no drug at all. ▲ marks names that "
                "are mistaken for each other: look at the order itself. “Apply” keeps your decisions for every later "
                "export and reads this one again; Undo takes them back.",
            ),
        ),
        (
            QT_TRANSLATE_NOOP("help", "What is known"),
            QT_TRANSLATE_NOOP(
                "help",
                "How many admissions tell each kind of information, and what the model will not see: drugs it has "
                "never learned, and text that is too long for it.",
            ),
        ),
    ),
    Step.RECOMMEND: (
        (
            QT_TRANSLATE_NOOP("help", "Scoring"),
            QT_TRANSLATE_NOOP(
                "help",
                "The model reads each admission once and is asked about every candidate drug. Results are saved as "
                "they come: pause at any time, close the window, and resume later with the same results.",
            ),
        ),
        (
            QT_TRANSLATE_NOOP("help", "Model and policy"),
            QT_TRANSLATE_NOOP(
                "help",
                "The card says which model is used, whether it was fine-tuned and on what. The policy decides from "
                "which probability on a drug is recommended; it can be changed later without scoring again. Before a "
                "run, the length to expect is that of the model's own test at other hospitals, for the orders of this "
                "export.",
            ),
        ),
    ),
    Step.REVIEW: (
        (
            QT_TRANSLATE_NOOP("help", "One admission at a time"),
            QT_TRANSLATE_NOOP(
                "help",
                "Choose an admission to see its context as the model saw it and every candidate with its probability. "
                "The tick on the bar is the drug's threshold. Text that was cut for length is marked.",
            ),
        ),
        (
            QT_TRANSLATE_NOOP("help", "Longer or shorter lists"),
            QT_TRANSLATE_NOOP("help", "The slider lengthens or shortens all lists at once; nothing is scored again."),
        ),
        (
            QT_TRANSLATE_NOOP("help", "Flags"),
            QT_TRANSLATE_NOOP(
                "help",
                "Each finding is one flag, with its severity (contraindicated, serious, caution, note), its reason and "
                "its source. A drug that a recorded allergy or a contraindication speaks against is withheld from the "
                "list; Show withheld puts it back. That a pair is not flagged does not mean that it is safe.",
            ),
        ),
    ),
    Step.VALIDATE: (
        (
            QT_TRANSLATE_NOOP("help", "What is compared"),
            QT_TRANSLATE_NOOP(
                "help",
                "How the lists agree with what clinicians ordered, with 95 % intervals from resampling patients. "
                "Orders are what was done, not what was right: read disagreement as a question.",
            ),
        ),
    ),
    Step.EXPORT: (
        (
            QT_TRANSLATE_NOOP("help", "Files"),
            QT_TRANSLATE_NOOP(
                "help",
                "The workbook has one row per admission and drug, one per admission, the rows set aside and the "
                "provenance. The job file opens again in this program and can be kept as a record of the run.",
            ),
        ),
    ),
}


def sections(step: Step) -> list[tuple[str, str]]:
    """Heading and text of each section of a page's help, in the language of the window."""
    translate = QCoreApplication.translate
    return [(translate("help", str(heading)), translate("help", str(text))) for heading, text in _HELP[step]]
