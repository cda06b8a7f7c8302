"""A few sentences of help on each page."""

from lamo_desktop.ui.flow import Step

HELP = {
    Step.IMPORT: (
        "Open a workbook or CSV with one row per admission, or a folder of eICU or MIMIC tables; dropping it on "
        "the window does the same. The kind of export is detected; choose it under “Read as” if that fails. "
        "Unfinished runs are listed here and can be resumed."
    ),
    Step.CHECK: (
        "The funnel shows how many admissions remain after each criterion. Problems name the sheet or table, the "
        "cell or row and what was expected. Unknown drug names are order texts without a known ingredient: they "
        "are counted, never guessed."
    ),
    Step.RECOMMEND: (
        "The model reads each admission once and is asked about every candidate drug. Results are saved as they "
        "come: pause at any time, close the window, and resume later with the same results."
    ),
    Step.REVIEW: (
        "Choose an admission to see its context as the model saw it and every candidate with its probability. The "
        "tick on the bar is the drug's threshold. The slider lengthens or shortens all lists at once; nothing is "
        "scored again."
    ),
    Step.VALIDATE: (
        "How the lists agree with what clinicians ordered, with 95 % intervals from resampling patients. Orders "
        "are what was done, not what was right: read disagreement as a question."
    ),
    Step.EXPORT: (
        "The workbook has one row per admission and drug, one per admission, the rows set aside and the "
        "provenance. The job file opens again in this program and can be kept as a record of the run."
    ),
}
