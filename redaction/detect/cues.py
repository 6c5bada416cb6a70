"""The words around a name that give it away. Kept apart from the rules, so that each can be read."""

import re

from redaction.detect.lexicon import KIN, LOWER_TITLES

UPPER = (
    "A-Z\u00c0-\u00d6\u00d8-\u00de\u0100\u0102\u0104\u0106\u010c\u010e\u0110\u0118\u011a\u0141"
    "\u0112\u0116\u011e\u0122\u012a\u0130\u0136\u0139\u013b\u013d\u0143\u0145\u0147\u0150\u0158\u015a\u015e\u0160\u0164\u016e\u0170\u0179\u017b\u017d"
)
_L = r"[^\W\d_]"
CAPITALISED = rf"[{UPPER}]{_L}*(?:-[{UPPER}]{_L}*|'(?!S\b)[{UPPER}]{_L}+|'(?=[a-z]{{3}}){_L}+)*(?!\w)"
INITIALS = rf"(?:[{UPPER}]\.[ -]?){{1,3}}"
PARTICLE = r"(?:de|da|di|del|dos|van|von|der|den|bin|ibn|bint|al|el|ap|ab|la|le|ni|n\u00ed)"
SEPARATOR = r"(?:[ ]|[ ]?\v+)"
# A hyphen at the end of a wrapped line belongs to the name: "Hartly-" / "Moon".
TOKEN = (
    rf"(?:(?:[{UPPER}]\.){{2,3}}|[{UPPER}]\.-[{UPPER}]\.|[{UPPER}]\.?(?![\w'.-])|{CAPITALISED}(?:-\v+{CAPITALISED})?)"
)
RUN = re.compile(rf"(?<![\w@.'&-]){TOKEN}(?:{SEPARATOR}(?:{PARTICLE}{SEPARATOR}){{0,2}}{TOKEN})*")
TOKENS = re.compile(rf"{PARTICLE}(?={SEPARATOR})|{TOKEN}")

_kin = "|".join(sorted((re.escape(word) for word in KIN), key=len, reverse=True))
KIN_BEFORE = re.compile(rf"(?i)(?<![\w'-])(?:{_kin})(?:'s name(?: is)?|,| is| called| named|:)?[ \v]+(?:[(\"'])?\Z")
ROLE_BEFORE = re.compile(
    r"(?i)\b(?:(?:support|social|key|case|youth|night|duty|link|outreach|drug|dv|offender) ?(?:worker"
    r"|manager)|solicitor|barrister"
    r"|psychiatrist|psychologist|consultant|landlord|landlady|caretaker|manager|supervisor|teacher"
    r"|co-defendant|co-accused"
    r"|accomplice|victim|complainant|witness|associate|suspect|offender|tenant|resident|prisoner|inmate"
    r"|cellmate|pal|dealer|boss"
    r"|foreman|employer|colleague|counsellor|therapist|mentor|probation officer|practitioner|chair|guard"
    r"|keyholder|our|lad|girl"
    r"|male|female|nominal|one|that),?[ \v]+[\"'(]?\Z"
)
ALIAS_BEFORE = re.compile(
    r"(?i)\b(?:known as|a\.?k\.?a\.?|alias|nick-?name[d]?(?: is| of)?|calls? (?:him|her|them)self"
    r"|calling (?:him|her|them)self"
    r"|goes by(?: the name)?(?: of)?|called|named|name of|real name|true name|maiden name|n[e\u00e9]e"
    r"|formerly|previously"
    r"|also known as|street name|by the name of|(?:they|people|everyone|everybody|we|you|I|lads|kids) calls?"
    r"|(?:call|calls|called) (?:him|her|them))[ \v]*(?:is |was |:|as )?[\"'(]*\Z"
)
PERSON_BEFORE = re.compile(
    r"(?i)(?:&[ \v]|\bw/[ ]?|[a-z]/)\Z"
    r"|\b(?:with|told|tells|asked|asks|rang|phoned|called|texted|emailed|e-mailed|met|saw|seen|visited"
    r"|contacted|dear|hi|hello"
    r"|hey|morning|afternoon|thanks|thank you|cheers|sorry|spoke to|spoken to|speak to|speaking to|talk to"
    r"|talked to|talking to"
    r"|contact with|call from|text from|email from|letter from|said to|says to|owed to|owes|and|by|for"
    r"|interviewed|arrested"
    r"|assaulted|hit|punched|threatened|followed|married|named|ask|tell|let|see|is|was|knows|knew|when|that"
    r"|but|if|because"
    r"|about|of|than|like|me|him|her|cc|attn|fao|per|pp|w|n|states|stated|says|reports|reported|alleges|alleged|claims"
    r"|claimed|shouted|screamed|yelled|between|versus|v\.?|vs\.?|against|handover|covering|chased|messaged|messaging|wiv|wit|owe"
    r"|unlike|late|poor|young|old|visit from|visits from|visited by|seen by|supported by|accompanied by|brought by"
    r"|introduced|recognised|identified|supervised by|believes|thinks|hates|loves|blames|blamed|accused|accuses"
    r"|did|does|can|could|would|should|has|meeting|meet|trust|trusts|collected|collect|contacting|lent|gave"
    r"|where's|wheres)[ \v]+[\"'(]?\Z"
)
PLACE_BEFORE = re.compile(
    r"(?i)\b(?:in|at|near|around|towards|outside|inside|into|via|through|across|leaving|over|between|within"
    r"|visiting|born in"
    r"|moved to|live in|lives in|went to|going to|travel to|drive to|hmp|the|to|from)[ \v]+\Z"
)
GREETING = re.compile(
    r"(?im)(?:^|[>.,!?\-][ \v]*)(?:dear|hi|hello|hey|morning|good morning|afternoon|thanks|thank you|cheers"
    r"|sorry|ok|both)[ \v]+\Z"
)
OTHER_BEFORE = re.compile(r"(?i)\b(?:other|another|different|second|not|wrong)[ \v]+\Z")
# Father and son share a name, and strangers do: whoever is so called is not simply the subject.
_GENERATION = r"(?:jnr|jr|junior|snr|sr|senior|the (?:elder|younger|first|second|third)|II|III)"
NAMESAKE_BEFORE = re.compile(r"(?i)\b(?:young|old|older|younger|elder)[ \v]+\Z")
NAMESAKE_AFTER = re.compile(
    rf"(?i)[ ,\v]*\(?(?:{_GENERATION}\b|(?:a )?(?:different|another) (?:lad|lass|man|woman|girl|boy|person|one)\b"
    r"|no relation\b)"
)
NAMESAKE = re.compile(rf"(?i)\b{_GENERATION}\b\.?\Z|\A(?:young|old)\b")
PERSON_AFTER = re.compile(
    r"[ \v]+(?:said|says|saying|is|was|were|are|has|had|hasn't|hadn't|isn't|wasn't|rang|rings|told|tells|asked|asks"
    r"|did|didn't|does|doesn't"
    r"|would|wouldn't|could|couldn't|came|comes|went|laughed|laughs|thinks|thought|wants|wanted|phoned"
    r"|called|attended|joined"
    r"|confirmed|confirms|reported|reports|stated|states|explained|agreed|agrees|denied|denies|admitted"
    r"|admits|knows|knew|lives"
    r"|lived|works|worked|looked|looks|gave|gives|took|takes|got|gets|made|makes|wrote|writes|texted|left"
    r"|moved|arrived|appeared"
    r"|seemed|felt|feels|found|needs|spoke|stopped|started|turned|became|believes|felt|noted|advised"
    r"|requested|disclosed"
    r"|presented|engaged|failed|missed|received|himself|herself|who|whose|cannot|can't|won't|will|may|might"
    r"|must|should"
    r"|presents|describes|described|put|puts|hung|sat|stood|ran|let|held|brought|bought|sent|read|fell|slept"
    r"|swore|threw|spoken|seen|given|taken|unwell|poorly|upset|back|not|also|then|still|now|again|\w{2,}ed"
    r"|v\.?(?=[ ](?:the|[A-Z]))|replied|responded|signed|drove|walked|visited|met|saw|kept|cried|shouted|and I"
    r"|drives|owes|runs|keeps|helps|helped|hits|knocks|wept|asleep|awake|praying|crying|sleeping|shouting|smoking|asking|saying)\b"
    r"|'s\b|[ \v]*\([\"']?(?:\d\d|[a-z])|,[ \v](?:who|whose|aged|a \w+|his|her|their|the|\d\d)\b"
)
FULL_AND_INITIALS = re.compile(
    r"(?:[ ]{0,4}\(|[ ]?\|(?:[^\n|]*\|)?[ ])(?P<initials>[A-Z][A-Za-z]{0,2}[A-Z])"
    r"(?=\)|[,;-] ?[A-Za-z]|[ ]*(?:\||\n|\Z))"
)
LABEL_FOLLOWS = re.compile(r"(?:[ ][\w./]{1,14}){0,2}[ ]?(?:\(\w{1,4}\))?:(?![ ]?\d\d)")
# "Bennett's Bakery" is a firm; "Ann's Garden" or "Lee's School" may be hers or his.
_BUSINESS = "Bakery|Brewery|Tyres|Motors|Logistics|Garage|Bakers|Builders|Car Wash|Arms|Hospice|bakery|brewery|garage"
FIRM_AFTER = re.compile(
    rf"(?:[ ](?:(?:and|&)[ ])?[{UPPER}]{_L}+){{0,2}}[ ](?:Ltd|LLP|PLC|plc|Limited|Solicitors|Lettings|AB|Oy)\b"
    r"|,[ ](?:a firm|solicitors)\b"
    r"|[ ](?:GmbH|AG|S\.?A\.?|B\.?V\.?|N\.?V\.?|Inc|plc|PLC|Ltd|LLP|Limited)\b|[ ]?&[ \v]?(?:Sons?|Daughters?|Co"
    r"|Partners|Associates|Brothers|Bros)\b|'s[ \v]Law\b"
)
ORGANISATION_AFTER = re.compile(
    rf"[ \v]*&[ \v]*(?:Sons?|Daughters?|Co|Partners|[{UPPER}])|'s[ \v](?:Law|Bar|Cafe|Court|Place|Pub)\b"
    rf"|'[ \v]Court|"
    r"[ \v](?:Ltd|LLP|Limited|Street|Road)\b"
    rf"|'s[ \v](?:{_BUSINESS})\b|'s[ ](?:disease|syndrome|chorea|palsy|dementia)\b"
)
ADDRESS_LABEL = re.compile(
    r"(?im)^(?:[> \t\v]*)(?:from|to|cc|bcc|sent by|reply-to|organi[sz]er|required attendees?"
    r"|attendees?)[ \t]*:[ \t]*(?P<people>[^\n]+)"
)
WROTE = re.compile(
    r"(?im)(?:,[ \v]*|\b(?:am|pm)[ ,\v]+"
    r"|\bOn [^\n]{6,40}?,[ \v])(?P<people>[^\n,:<]{2,40}(?:,[ ][^\n,:<]{2,30})?)(?:[ \v]*<[^>\n]+>)?[ \v]+wrote:"
)
LABEL = re.compile(
    r"(?im)(?:^|[ \t]{2,}|[>|(;.][ \v]*|[ \t])(?P<label>(?:full |first |last |middle |given |family |known "
    r"|also )?(?:names?|forenames?|surnames?)(?: of [\w ]{3,20})?"
    r"|author|officer|practitioner|victim|signed(?: for [\w ]{3,30})?|signature|submitted by|reported by"
    r"|completed by|prepared by|interviewed by|created by|recorded by|added by|supplied by"
    r"|taken by|written by|entered by|typed by|dictated by|referred by|referrer|present|attendees"
    r"|in attendance|apologies|chair|minutes|minute taker|key ?worker|mother|father|parents?|carer"
    r"|partner|next of kin|emergency contact(?: given)?|contact(?: name| person)?|employer|defendant"
    r"|co-?defendants?|witness|patient|client|service user"
    r"|offender|prisoner|resident|attention|attn|fao|child(?: ?\d)?|supervis(?:or|ing officer)"
    r"|offender manager|probation officer|gp|doctor|social worker|solicitor|landlord|keeper|driver"
    r"|passenger|complainant|suspect|alias(?:es)?|aka|nick-?names?|previous names?|maiden name|case|re"
    r"|caller|message (?:for|from|taken by)|for|sibling|brother|sister|son|daughter|spouse|husband|wife"
    r"|tenant|applicant|appellant"
    r"|idva|isva|iro|lado|com|pom|oic|hv|sw|cpn|amhp|nok|vlo|senco|health visitor|perpetrator|subject|associates?"
    r"|others? in (?:the )?household|household|children|collateral|keeper|named nurse|assessor|referred|nights?|days?"
    r"|responsible officer|prosecuted by|supervised by|handover|on duty|duty|reporting officer|interpreter|approved by"
    r"|checked by|countersigned(?: by)?|print(?: name)?|landlord name|designated lead|caseworker|assigned to|owner|dsl"
    r"|suspected exploiters?(?:\(s\))?|unknown male|unknown female|client name|pupil|worker|donor|given by|obtained by"
    r"|head ?teacher(?: and [\w ]{5,40})?|manager|case ?worker|care coordinator|consultant|nurse|collector"
    r"|collected by|donor|witnessed by|read by|observed by|staff)"
    r"(?:[ ]?\([\w /-]{3,24}\))?[ \t]*(?P<mark>[:|])[ \t\v]*"
)
CLOSING = re.compile(
    r"(?i)(?:yours (?:sincerely|faithfully|truly)|(?:kind|best|warm|many)? ?regards|best wishes|many thanks"
    r"|thanks|cheers|love|"
    r"sincerely|all the best|thank you)[,. ]*\Z"
)
LOWER_TITLED = re.compile(
    rf"(?<![\w'-])(?P<title>{'|'.join(sorted(LOWER_TITLES))})\.?[ \v](?P<name>[A-Za-z][a-z'-]*)(?![\w'-])"
)
LOWER_KIN = re.compile(
    rf"(?<![\w'-])(?:his|her|my|our|their"
    rf"|ur)[ \v](?:[a-z]+ )?(?:{_kin})[ \v](?P<name>[a-z][a-z'-]{{2,}})(?![\w'-])"
)
LOWER_ALIAS = re.compile(
    r"\b(?:real name|known as|aka|nicknamed?|goes by|calls (?:him"
    r"|her)self)(?: is)?[ \v](?P<name>[a-z]{3,})(?![\w'-])"
)
LOWER_WORD = re.compile(r"(?<![\w'@./-])[a-z][a-z]{3,}(?:-[a-z]+)?(?=(?:'s)?(?![\w@'/-]|\.\w))")
# In small letters, so that it is no heading: "his mate Biscuit", "a debt to Chalky".
SOMEBODYS = re.compile(
    rf"(?<![\w'-])(?:(?:his|her|my|their|our|your|'s)[ ](?:{_kin}|pad ?mate|dealer)"
    r"|(?:[Dd]ebts? to|owes|owed to|owing to|called|saw|hit|punched|padmate|cellmate|[Ll]istener))[ ]\Z"
)
ROYAL = frozenset("royal princess prince queen king".split())
BUILT = re.compile(r"(?i)\b(?:the|at|to|from|in|near|outside)[ ]\Z")
AND_SOMEBODY = re.compile(rf"[ ](?:and|&)[ ](?P<name>{CAPITALISED})")
HANDED_TO = re.compile(
    r"(?i)\b(?:pass(?:ed)?|cop(?:y|ied)|wr(?:ote|ites?|itten)|hand(?:ed)?|listen(?:s|ed)?|speak)"
    r"(?: (?:it|this))? to[ \v]\Z"
)
# Diseases called after those who described them.
EPONYMS = frozenset(
    """parkinson huntington hashimoto alzheimer asperger tourette crohn hodgkin raynaud addison cushing bell wernicke
    korsakoff down dupuytren perthes sjogren meniere graves barrett""".split()
)
