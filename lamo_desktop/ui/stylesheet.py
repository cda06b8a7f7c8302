"""The stylesheet as a template: `theme.apply` fills in colours and the sizes measured from the font."""

from string import Template

STYLESHEET = Template("""
QMainWindow, QDialog { background: $window; }
QToolTip { background: $surface; color: $text; border: 1px solid $strong_border; padding: ${space1}px; }
QMenuBar { background: $surface; border-bottom: 1px solid $border; padding: 1px ${space1}px; }
QMenuBar::item { padding: ${space1}px ${space2}px; border-radius: ${radius}px; background: transparent; }
QMenuBar::item:selected { background: $accent_soft; }
QMenu { background: $surface; border: 1px solid $strong_border; padding: ${space1}px; }
QMenu::item { padding: ${space1}px ${space3}px; border-radius: ${radius}px; }
QMenu::item:selected { background: $accent_soft; }
QMenu::item:disabled { color: $disabled; }
QMenu::separator { height: 1px; background: $border; margin: ${space1}px; }

#rail { background: $surface; border-right: 1px solid $border; }
#footer { background: $surface; border-top: 1px solid $border; }
#footer QLabel { color: $muted; font-size: $small; }
#card { background: $surface; border: 1px solid $border; border-radius: ${radius}px; }
#dropzone { background: $surface; border: 2px dashed $strong_border; border-radius: ${radius}px; }
#dropzone[over="true"] { border-color: $accent; background: $accent_soft; }
#title { font-size: $title; font-weight: 600; }
#heading { font-size: $large; font-weight: 600; }
#muted { color: $muted; }
#small { color: $muted; font-size: $small; }
#figure { font-size: $figure; font-weight: 600; }
#columnhead { color: $muted; font-size: $small; font-weight: 600; }
#strong { font-weight: 600; }
#warning { color: $warn; font-size: $small; }
#sheet { background: $surface; }
#chip { border-radius: ${radius}px; padding: ${space1}px ${space2}px; font-size: $small;
        background: $accent_soft; color: $accent; }
#chip[tone="warn"] { background: $warn_soft; color: $warn; }
#chip[tone="good"] { background: $good_soft; color: $good; }
#chip[tone="bad"] { background: $bad_soft; color: $bad; }
#notice { background: $accent_soft; border-radius: ${radius}px; }
#notice[tone="warn"] { background: $warn_soft; }
#notice[tone="bad"] { background: $bad_soft; }
#notice[tone="good"] { background: $good_soft; }

QPushButton { background: $surface; border: 1px solid $strong_border; border-radius: ${radius}px;
              padding: ${space1}px ${space3}px; min-height: ${box}px; }
QPushButton:hover { border-color: $accent; }
QPushButton:focus { border: 2px solid $accent; padding: ${tight1}px ${tight3}px; }
QPushButton:pressed { background: $accent_soft; }
QPushButton:disabled { color: $disabled; border-color: $border; background: $sunken; }
QPushButton[primary="true"] { background: $accent; border-color: $accent; color: $on_accent; font-weight: 600; }
QPushButton[primary="true"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[primary="true"]:focus { border: 2px solid $text; }
QPushButton[primary="true"]:disabled { background: $sunken; border-color: $border; color: $disabled; }
QPushButton[flat="true"] { background: transparent; border-color: transparent; color: $accent; }
QPushButton[flat="true"]:hover { background: $accent_soft; }
QPushButton[flat="true"]:focus { border: 2px solid $accent; }

QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox { background: $surface; border: 1px solid $strong_border;
    border-radius: ${radius}px; padding: ${space1}px ${space2}px; min-height: ${box}px;
    selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus { border: 2px solid $accent;
    padding: ${tight1}px ${tight2}px; }
QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled { color: $disabled;
    background: $sunken; border-color: $border; }
QComboBox::drop-down { border: none; width: ${space3}px; padding-right: ${space2}px; }
QComboBox::down-arrow { image: url(icons:chevron-down-$name.svg); width: ${space3}px; height: ${space3}px; }
QComboBox { combobox-popup: 0; }
QComboBox QAbstractItemView { background: $surface; border: 1px solid $strong_border; outline: 0;
    selection-background-color: $accent_soft; selection-color: $text; }
QComboBox QAbstractItemView::item { padding: ${space1}px ${space2}px; }
QComboBox QAbstractItemView::item:selected { background: $accent_soft; color: $text; }
QSpinBox::up-button, QDoubleSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::down-button {
    border: none; background: transparent; width: ${box}px; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url(icons:chevron-up-$name.svg);
    width: ${space2}px; height: ${space2}px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url(icons:chevron-down-$name.svg);
    width: ${space2}px; height: ${space2}px; }
QAbstractSpinBox QLineEdit { border: none; background: transparent; margin: 0; padding: 0 0 0 ${space2}px;
    min-height: 0; }
QSlider { min-height: 22px; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QCheckBox { spacing: ${space2}px; }
QCheckBox::indicator { width: ${box}px; height: ${box}px; }
QAbstractItemView::indicator { width: ${space3}px; height: ${space3}px; }
QCheckBox::indicator, QAbstractItemView::indicator { border: 1px solid $strong_border;
    border-radius: ${space1}px; background: $surface; }
QCheckBox::indicator:checked, QAbstractItemView::indicator:checked { background: $accent; border-color: $accent;
    image: url(icons:tick-white.svg); }
QCheckBox::indicator:focus { border: 2px solid $accent; width: ${inner}px; height: ${inner}px; }

QTableView, QTreeView, QListView, QTextBrowser, QPlainTextEdit { background: $surface; border: 1px solid $border;
    border-radius: ${radius}px; alternate-background-color: $sunken; gridline-color: $border; outline: 0; }
QTableView:focus, QTextBrowser:focus, QPlainTextEdit:focus { border-color: $accent; }
QTableView::item { padding: 0 ${space2}px; border: none; }
QTableView::item:selected { background: $accent_soft; color: $text; }
QHeaderView { background: $surface; border: none; }
QHeaderView::section { background: $surface; color: $muted; border: none; border-bottom: 1px solid $border;
    padding: ${space1}px ${space2}px ${space1}px ${cell}px; font-size: $small; font-weight: 600; }
QHeaderView::up-arrow, QHeaderView::down-arrow { image: none; width: 0; height: 0; }
QTableCornerButton::section { background: $surface; border: none; border-bottom: 1px solid $border; }
QTabWidget::pane { border: none; top: 0; }
QTabBar { qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: $muted; padding: ${space2}px; border: none;
    border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; }
QTabBar QToolButton { background: $surface; border: none; border-radius: ${radius}px; }
QTabBar QToolButton:hover { background: $accent_soft; }
QTabBar::tab:focus { color: $accent; }
QProgressBar { background: $border; border: none; border-radius: ${space1}px; max-height: ${space2}px;
    min-height: ${space2}px; }
QProgressBar::chunk { background: $accent; border-radius: ${space1}px; }
QSlider::groove:horizontal { height: 4px; background: $border; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal { background: $surface; border: 2px solid $accent; width: 12px; margin: -6px 0;
    border-radius: 8px; }
QSlider::handle:horizontal:focus { background: $accent; }
QSlider:disabled { opacity: 0.5; }
QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: $accent_soft; }
QScrollArea { background: transparent; border: none; }
#page { background: $window; }
QScrollBar:vertical { background: transparent; width: ${space3}px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: ${space3}px; margin: 0; }
QScrollBar::handle { background: $strong_border; border-radius: ${space1}px; margin: 2px; }
QScrollBar::handle:vertical { min-height: ${box}px; }
QScrollBar::handle:horizontal { min-width: ${box}px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
""")
