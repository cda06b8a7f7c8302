"""How drug text is read: to lower-case words, with the usual abbreviations of salts written out.

The same reading is applied to the shipped names and to what a hospital wrote, so that "PIPERACILLIN SOD" meets
"piperacillin sodium" and tall-man "hydrALAZINE" meets "hydralazine". Nothing here corrects spelling: one letter is all
that parts hydralazine from hydroxyzine's neighbours, and a wrong drug is worse than an unmapped one.
"""

import re
import unicodedata

LONGEST_TEXT = 500  # characters; no order string is longer, and a longer one is not a drug name

_ALIASES = {
    "acetamin": "acetaminophen",
    "bic": "bicarbonate",
    "bicar": "bicarbonate",
    "bicarb": "bicarbonate",
    "bicarbo": "bicarbonate",
    "carb": "carbonate",
    "chl": "chloride",
    "chlor": "chloride",
    "cl": "chloride",
    "enem": "enema",
    "gluc": "gluconate",
    "hcl": "hydrochloride",
    "hydrox": "hydroxide",
    "mag": "magnesium",
    "na": "sodium",
    "op": "ophthalmic",
    "opht": "ophthalmic",
    "ophth": "ophthalmic",
    "phos": "phosphate",
    "phosphates": "phosphate",
    "pot": "potassium",
    "sod": "sodium",
    "sulf": "sulfate",
    "sulph": "sulfate",
    "sulphate": "sulfate",
    "vit": "vitamin",
}
_DROPPED = frozenset({"and", "of", "the", "w", "with"})
_WORD = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]+")  # other scripts make words of their own, for a site's own names
_NUMBER_UNIT_EDGE = re.compile(r"(?<=[a-z])(?=[0-9])|(?<=[0-9])(?=[a-z])")
_PERCENT = re.compile(r"(\d+(?:[.,]\d+)?)\s*%")

# Words that say how a drug is packed, given, measured or handled, never which drug it is.
PACKAGING = frozenset(
    """
    act actuation ad addease additive additives adhesive admin administration adult adults adv aepb aer aero aerosol
    aers alt amp amps ampul ampule ampules arterial as asd bacteriostatic bag bags base baxter bid bisulfate
    bitartrate blist blister bolus bottle bottles box braun btl buffered bulk cap caplet caplets caps capsule
    capsules care carrier cart cartridge cc cd central chew chewable child children childrens cmpd coated comp
    compounding con conc concentrate concentrated cont container continuous cr crea cream crtrdg crys cup custom
    daily day ddose delayed device dexp dil dilute diluted dilution disint disintegrating diskus disp disper
    disperse disposable dose doses dr dressing drip drop drops each ec electrolyte electrolytes elix elixir empty
    emul emulsion enema enteric er es ex excel ext extemp extended external extra film fl flex flexpen foam for free
    freeflex full g gal gel glass gm gms gr gram grams gran granules gtt gtts half hfa hospira hour hours hr hrs hs
    hydration hydrochloride hypotonic i ij im in ind infusion inh inhal inhalation inhale inhaler inhalers inhl inj
    injectable injection instill intramuscular intravenous irrig irrigation isotonic iv ivp ivpb jel jelly keep kit
    kvo l ld lf line liq liqd liquid loading loc lotion lotn lozenge lozg lvp m maintenance max maximum mcg mdi mdv
    meq mg mgs mini minibag mins misc ml mls mmol mmole mod monitored mouth mouthwash mt nasal ndc neb nebs nebu
    nebulization nebulized nebulizer needle nf no non normal ns nss nurse od odt oil oint ointment op open
    ophthalmic or oral order orderable orders os osmotic otic ou oz pack packet packets pads pak partial paste patch
    pb pca pd pen peripheral pf pgbk pharmacist pharmacy physician piggy piggyback pill pills plas plast plastic
    plus pm pmx po pow powd powder powdr pr prefilled premix premixed preservative pressure primary prn protocol pt
    pump pwd pwdpkt q qd qid quarter quick range rapid rate rect rectal refill rel release repackage replacement
    respule respules rider rinse room rotavial sa sc sdv secondary sensor ser sl sln sol solg soln solp solr solute
    solution spray sprinkle sr sso std sterile stock strength strip sub subcu subcutaneous subl sublingual subq
    sugar supp supply suppos suppositories suppository susp suspension sustained sw sy syr syrg syringe syringes
    syrp syrup t tab tablet tablets tabs tb tbcr tbdp tbec tber tbsp td tdsy throat tid tincture titrate tko to top
    topical tr transdermal transparent tube ud udpwd unit units usp vag vaginal vaporizer viaflex vial vials warm
    warmed week wet xl xr
    """.split()  # noqa: SIM905 - a word list reads better than 300 quoted strings
)


def plain(text: str) -> str:
    """Lower case, accents removed, apostrophes closed up, control characters and other signs kept as separators."""
    folded = unicodedata.normalize("NFKD", text).lower()
    return "".join(c for c in folded if c not in "'’`®™" and not unicodedata.combining(c))


def words(text: str) -> tuple[str, ...]:
    """The words of a text that `plain` has read, abbreviations written out and connectors dropped."""
    return tuple(_ALIASES.get(w, w) for w in _WORD.findall(text) if w not in _DROPPED)


def split_numbers(text: str) -> str:
    """The same text with letters and digits parted: "nacl0.9%" becomes "nacl 0.9%"."""
    return _NUMBER_UNIT_EDGE.sub(" ", text)


def percentages(text: str) -> tuple[float, ...]:
    """Every strength written in percent."""
    return tuple(float(p.replace(",", ".")) for p in _PERCENT.findall(text))


def is_measure(word: str) -> bool:
    """Whether a word is a number (alone or with its unit) or packaging, so that it names no drug."""
    return word[0].isdigit() or word in PACKAGING or len(word) == 1
