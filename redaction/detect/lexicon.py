"""What single words may be: forename, surname, dictionary word, place, title. The lists are in data/."""

import gzip
import re
from enum import Enum
from functools import cache, lru_cache
from importlib import resources

from nicknames import NickNamer

from redaction.detect.folding import fold


class Class(Enum):
    """What a capitalised word is taken for when nothing around it is known."""

    FORENAME = "forename"
    WORD_NAME = "forename that is also a word or a place"
    SURNAME = "surname"
    UNKNOWN = "in no list"
    WORD = "dictionary word"
    TOWN = "town somewhere, in no list of names"
    PLACE = "place, people or date"
    INITIAL = "initial"
    STOP = "never part of a name"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TITLES = _words("""
    mr mrs ms miss mx dr prof professor sir dame lord lady rev reverend cllr councillor judge pc dc ds
    di dci dcs supt ch chief sgt sergeant insp inspector constable detective wpc pcso so spo aco co
    cm vlo idva isva auntie aunt aunty uncle nan nana nanna gran granny grandad grandma mummy daddy
    officer nurse sister ofc recorder dj justice sw cpn det const superintendent comdr commander
    capt captain sr major imam pastor canon warder mister madam ps gov governor osg cso ofcr fr sheikh rabbi
    matron senco hoy""")
# A lower-case title is trusted only where the word is nothing else.
LOWER_TITLES = _words("mr mrs ms dr pc dc ps ds prof sgt insp cllr auntie aunty miss")
FAMILY_TITLES = _words("auntie aunt aunty uncle nan nana nanna gran granny grandad grandma mummy daddy")

# What stands before the name somebody goes by: "Big Stu".
EPITHETS = _words("big little lil fat mad crazy ginger scouse young old tall skinny")
KIN = _words("""mum mam mom mummy mother dad daddy father stepdad stepmum stepfather stepmother parent parents
    brother bro sister sis stepbrother stepsister son stepson daughter stepdaughter child baby wife
    husband missus partner girlfriend boyfriend g/friend b/friend gf bf fiance fiancee ex ex-partner
    ex-wife ex-husband ex-girlfriend ex-boyfriend nan nana nanna gran granny grandmother grandad
    granddad grandfather grandson granddaughter grandma auntie aunt aunty uncle cousin nephew niece
    twin mate friend neighbour lodger housemate flatmate landlady godfather godmother in-law
    mother-in-law father-in-law brother-in-law sister-in-law stepchild eldest youngest half-brother
    half-sister""")

STREET = _words("""
    street st road rd lane avenue ave close way drive terrace crescent grove gardens row place square
    mount hill court house wharf walk mews parade parkway park green bridge rise view yard estate
    buildings flats towers tower lodge cottage cottages farm bank quay dock docks pier junction
    roundabout""")
ORGANISATION = _words("""
    school primary academy college university nursery hospital infirmary surgery clinic practice ward
    trust council prison hmp yoi police constabulary ltd limited llp plc inn arms church chapel
    mosque centre center hostel hotel station depot club bar office unit team service services
    scheme project programme foundation charity group society association solicitors partners
    chambers department ministry agency board authority library market airport hall law act order
    code report pharmacy supermarket garage joinery builders scaffolding united rovers athletic city
    town county vale valley dale hub high cathedral room garden kitchen cafe restaurant takeaway
    caseload borough county's region circuit crown magistrates' magistrates tribunal parliament
    railway line river canal beach island isle forest pupils year stage phase module course protocol
    lettings bakery brewery tyres motors logistics roofing plumbing haulage recruitment festival hospice funeral
    index scale score scales assessment interview syndrome disease test model method inquiry""")
_STOP = _words("""
    i the a an and or but if in on at to of for from with by as is are was were be been am he she they
    we you it his her their our your my its this that these those there here who what when where why
    how not no yes do does did has have had can could would should may might must shall will all any
    some each both please thank thanks dear hi hello hey sorry re fw fwd cc bcc ref tel mobile phone
    email e-mail fax date dob born time page name names address signed signature subject from sent
    to case cases order orders licence section part para paragraph number no nhs pnc cro crn nino
    oasys mappa marac dv da hmpps cps police probation court prison custody official sensitive
    private confidential restricted personal urgent note notes january february march april june
    july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat
    sun yours sincerely faithfully regards kind morning afternoon evening night today tomorrow
    yesterday christmas easter ramadan eid god covid ok okay tv uk usa gp dna hr it nfa tbc tba asap
    fao pp ps nb am pm risk medium high low very state secretary hmyoi english british irish
    scottish welsh polish french german italian spanish romanian asian african european muslim
    christian delius oasis unknown assoc assocs def pros""")
PLACES = _words("""aberdeen aberystwyth accrington aldershot ashford aylesbury bangor barking barnet barnsley
    barnstaple barrow basildon basingstoke bath batley bedford belfast berkshire beverley bexley
    birkenhead birmingham blackburn blackpool bodmin bolton bootle boston bournemouth bracknell
    bradford braintree brent brentwood brighton bristol britain brixton bromley burnley burton bury
    buxton caerphilly cambridge camden canterbury cardiff cardigan carlisle chatham chelmsford
    chelsea cheltenham cheshire chester chesterfield chichester chorley clacton cleethorpes
    colchester corby cornwall coventry crawley crewe croydon cumbria dagenham darlington dartford
    derby derbyshire devon dewsbury doncaster dorset dover dudley dundee durham ealing eastbourne
    edinburgh enfield england epsom essex europe exeter falkirk falmouth fareham farnborough
    felixstowe folkestone gateshead gillingham glasgow gloucester gosport grantham gravesend
    greenwich grimsby guernsey guildford hackney halifax hammersmith hampshire haringey harlow
    harrogate harrow hartlepool hastings hatfield havering hereford hertford hertfordshire hexham
    hillingdon holyhead hounslow huddersfield hull ilford inverness ipswich ireland islington jersey
    keighley kendal kensington kent kettering kidderminster kingston kirklees knowsley lambeth
    lancashire lancaster leamington leeds leicester leicestershire lewes lewisham leyton lichfield
    lincolnshire lincoln liverpool llandudno london loughborough lowestoft luton macclesfield
    maidenhead maidstone manchester mansfield margate merthyr merton middlesbrough midlands
    morecambe newcastle newham newport newquay norfolk northampton northamptonshire northumberland
    norwich nottingham nottinghamshire nuneaton oldham oxford oxfordshire paisley penzance
    peterborough plymouth pontefract poole portsmouth preston ramsgate reading redbridge redcar
    redditch redhill rhyl richmond rochdale rochester romford rotherham rugby runcorn salford
    salisbury sandwell scarborough scotland scunthorpe sheffield shetland shrewsbury shropshire
    skegness skipton slough solihull somerset southampton southend southport southwark staffordshire
    stevenage stockport stockton stoke stratford strathclyde suffolk sunderland surrey sussex sutton
    swansea swindon tameside tamworth taunton telford thurrock torquay tottenham trafford truro
    tyneside ulster wakefield wales wallasey walsall waltham wandsworth warrington warwick
    warwickshire watford wembley westminster weymouth whitby whitehaven widnes wigan wight wiltshire
    wimbledon winchester windsor wirral woking wokingham wolverhampton woolwich worcester
    worcestershire workington worksop worthing wrexham yarmouth yeovil york yorkshire africa america
    asia australia canada china france germany india iraq iran italy jamaica kenya nigeria pakistan
    poland portugal romania russia somalia spain syria turkey ukraine albania bangladesh paris
    berlin dublin afghanistan algeria andorra angola argentina armenia austria azerbaijan bahrain belarus belgium benin
    bolivia bosnia botswana brazil bulgaria burma cambodia cameroon chad chile colombia congo croatia cuba cyprus
    denmark
    ecuador egypt eritrea estonia ethiopia fiji finland gambia georgia ghana greece grenada guatemala guinea guyana
    haiti
    herzegovina holland honduras hungary iceland indonesia israel jordan kazakhstan korea kosovo kuwait laos latvia
    lebanon liberia libya liechtenstein lithuania luxembourg macedonia madagascar malawi malaysia mali malta mauritius
    mexico moldova monaco mongolia montenegro morocco mozambique myanmar namibia nepal netherlands nicaragua niger
    norway
    oman palestine panama paraguay peru philippines qatar rwanda senegal serbia singapore slovakia slovenia spain sudan
    swaziland sweden switzerland taiwan tanzania thailand togo tunisia uganda uruguay uzbekistan venezuela vietnam yemen
    zambia zimbabwe sierra leone leonean sami catalonia bavaria flanders crimea chechnya kurdistan kashmir punjab bengal
    gaza""")
# Words that turn up in lower case so often that no register should chase them there.
NEVER_LOWER = _words("""
    will may mark hope grace faith joy summer dawn rose bill bob rob pat sue grant lance chance case guy
    art jack don gene miles page pierce ray reed rod bear mouse sky star young brown white black
    green king wood long day love little price rich short small west north hill moon sun major pope
    bishop baker cook carter hunter summers winter bright sharp wise best bond bush church cross
    field fields fox gate head house hall lamb lane law marsh mason miller moor park penny pike pool
    porter potter rice savage seal singer snow speed stone street swift taylor tanner walker wall
    ward waters weaver webb weeks wells wheeler while woods worth""")
# British forenames that are words, too rare where the list of forenames comes from.
BRITISH_WORD_NAMES = _words("""may poppy fern clover primrose blossom bluebell honey teddy reggie robin heather
    rowan piers miles drew""")
# What hurried writing makes of ordinary words: in no dictionary, and nobody's name.
CHAT = _words("""
    alia recd hol theres nocte mane gna ppl cert min mins nans mums dads bdays yday
    aint arent cant couldnt didnt doesnt dont hadnt hasnt havent isnt shouldnt wasnt werent wont wouldnt ive hes shes
    theyre youre youve theyve weve whats wheres whens thats theres heres lets wot wiv wid wit dat dis dem dose cos
    coz cuz bc
    bcos tho thru tmrw tmoz tomo 2moro tonite 2nite nite gonna gotta wanna kinda sorta dunno innit init summat
    summut owt nowt
    nuffin nuthin nothin somethin gunna lemme gimme pls plz thx tx ty lol lmao rofl omg wtf idk idc tbh ngl fr bruv
    bruh bro
    fam peng peak deffo defo prob probs probly def obvs obv soz sozza babe babes hun hunny xx xxx xxxx pjs feds fed
    aswell
    alot alright alrite ait aight ite atm btw fyi imo asap eta appt appts ov hv vm tc fta sms msg msgs txt txted
    txtd ref refd
    info accom meds presc rx hx dx tx pt pts hosp docs gp csc sw hv probs mtg mtgs wkly wk wks yr yrs mth mths hrs
    mins approx
    incl whilst altho becos thier recieved recieve definately seperate occured untill wich alredy trubble cryed geezer
    gaff yard ends skeng shank crib whip crim crims nonce screw screws burner burners zoot bifta spliff pregabs
    benzos vallies
    mamba crack smack methadone subutex buvidal espranor naltrexone sertraline mirtazapine fluoxetine
    citalopram diazepam zopiclone olanzapine quetiapine risperidone pregabalin gabapentin tramadol codeine naloxone
    whatsapp
    insta snap facey tiktok youtube vape vapes ketamine mdma coke crackhouse cuckooing cuckooed reoffend reoffending
    rehab detox curfewed tagged handover ofc uc pip esa dwp hmrc universal jobcentre breathalysed breath breathalyser
    rota covid lateral paracetamol ibuprofen co-codamol""")
# Labels of forms: a word that follows a name in a form, and is no part of it.
LABELS = _words("""relates relating relationship relation role status age aged gender sex ethnicity nationality religion
    occupation offence offences plea tier team agency organisation position grade area locality address postcode
    landline print sign completed reason comments comment outcome action actions notes details approved refused pending
    pronouns language interpreter disability category type number id d.o.b dob d.o.d n.i p.n.c release location venue
    caller purpose summary background mother father guardian grade rank collar badge wing cell room flat unit source
    agreed started ended received entered created updated author owner assigned allocated supervising current previous
    known male female adult child relative present absent attended apologies victim perpetrator suspect witness""")
# Two to four capitals that are seldom anybody's initials.
COMMON_CAPITALS = _words("""
    am pm ok tv uk us usa eu gp it hr id no nb ps re cc tc ov hv vm pc dc ds di dv da pd ad ap po so sp spo cp cps
    cj cjs
    csc sw hca lac la nfa nps pop poa ra roi rsl saa sar sc sdp sds sen st tbc tbd tca ttg uap uaps ul upw voo xo yp yoi
    hdc rotl hmp nhs dwp csp crc com pom acct cid abe mc cc cjit imr iom law ltd plc pact pip pnc pnd poca crn dob ndd
    dna aso asb dtto dvpn dvpo fgm fta hbv hmo iapt idva isva lasi lip lta mdt mha nrm oic osa osg pcr pdh pom psr
    pss ptph
    ref rj rsp rui sgo sit smr srn stl tex tic tio uasc vps vo who ys yro mon tue wed thu fri sat sun jan feb mar
    apr jun
    jul aug sep oct nov dec xx xxx ex no. to as an at be by do go he if in is me my of on or up we i'd aa mg rd ave
    mr mrs
    ms dr qc kc fc cv pa ft cctv dvd sim sms usb url http www pdf atm vat pay adj obs meds inc ext fao tel mob fax
    add dep
    esol esa uc jsa hb ctax od gbh abh tda twoc dui doa cat dhr mtc tdv cms rota rmo amhp cpn ect dbt cbt emdr ocd ptsd
    adhd asd add iq ga tag ehcp hoy ta lsa ssa sso dsl dpo foi ico mp mep pcc vip dj jp hhj""")
ACRONYMS = _words("""
    pdu cmht imeu rota pps hmip hdc roti ispp ipp esp edr rar uw upw drr atr mhtr sds sfo sir vlo vcs
    idap bbr tsp rmp oms omu aps cas asd adhd ptsd cbt dbt gbh abh pwits tic tics pso cp cin iro lac
    mash dbs uc esa pip jsa dwp hmrc nps npd ns ndelius delius whatsapp snapchat instagram facebook tiktok
    twitter hotmail gmail google youtube netflix telegram uber tesco asda lidl aldi oasys rsr ogrs ogp
    ovp sara visor ppo
    imei acct audi bmw vauxhall skoda hyundai peugeot renault citroen volkswagen toyota honda nissan mazda suzuki
    transit corsa astra fiesta focus golf polo clio zafira vectra caddy vivaro citroën ltd plc gmbh cassation
    iom yot yos ymca nacro aa na""")


@cache
def words(name: str) -> frozenset[str]:
    """The words of data/NAME.txt.gz, folded."""
    packed = (resources.files("redaction.detect") / "data" / f"{name}.txt.gz").read_bytes()
    return frozenset(fold(gzip.decompress(packed).decode()).split())


@cache
def forenames() -> frozenset[str]:
    """Every folded forename known, American, British and of the rest of the world."""
    return words("forenames") | words("forenames_world")


@cache
def surnames() -> frozenset[str]:
    return words("surnames") | words("surnames_world")


def is_word(key: str) -> bool:
    """Whether `key` (folded) is an English word of the common or the larger list."""
    return key in words("words_common") or key in words("words_other")


_INITIAL = re.compile(r"(?:[^\W\d_]\.?-?){1,3}")


@lru_cache(maxsize=200_000)
def classify(key: str) -> Class:
    """The class of one folded word, with any possessive already cut off."""
    if len(key.rstrip(".")) == 1 or (("." in key or "-" in key) and len(key) <= 6 and _INITIAL.fullmatch(key)):
        return Class.STOP if key == "i" else Class.INITIAL
    if key in _STOP and key not in ("will", "may", "april", "june", "august"):
        return Class.STOP
    if key in ACRONYMS:
        return Class.STOP
    if key in PLACES:
        return Class.WORD_NAME if key in forenames() else Class.PLACE
    return _classify_compound(key) if "-" in key else _classify_listed(key)


def _classify_listed(key: str) -> Class:
    if key in forenames():
        common = is_word(key) or (key in words("proper_nouns") and key not in nick_keys())
        return Class.WORD_NAME if common else Class.FORENAME
    if is_word(key):
        return Class.WORD_NAME if key in nick_words() or key in BRITISH_WORD_NAMES else Class.WORD
    if key in nick_keys():
        return Class.FORENAME
    if key in surnames():
        return Class.SURNAME
    if len(key) > 5 and key.endswith("s") and classify(key[:-1]) is Class.FORENAME:
        return Class.FORENAME  # "chantelles", the apostrophe left out
    if key in words("proper_nouns"):
        return Class.PLACE
    if key in words("towns"):
        return Class.TOWN
    return Class.STOP if key in ACRONYMS else Class.UNKNOWN


def _classify_compound(key: str) -> Class:
    """Ruby-Mae, Adeyemi-Cole, Re-offending: the first part decides between forename and surname."""
    parts = [classify(part) for part in key.split("-") if part]
    if not parts or Class.STOP in parts:
        return Class.WORD
    if parts[0] in (Class.FORENAME, Class.WORD_NAME) and parts[-1] in (Class.FORENAME, Class.WORD_NAME):
        return Class.FORENAME
    if Class.PLACE in parts:
        return Class.PLACE
    if {Class.SURNAME, Class.UNKNOWN, Class.FORENAME, Class.TOWN} & set(parts):
        return Class.SURNAME if Class.WORD not in parts else Class.UNKNOWN
    return Class.WORD


@cache
def _namer() -> NickNamer:
    return NickNamer()


@cache
def nick_keys() -> frozenset[str]:
    """Every full name and every short form in the nicknames list that is not also an English word."""
    return frozenset(name for name in _all_nicks() if not is_word(name) and len(name) > 2)


@cache
def nick_words() -> frozenset[str]:
    """Names and short forms that are English words too: Paddy, Bill, Will."""
    return frozenset(name for name in _all_nicks() if is_word(name) and len(name) > 2)


@cache
def _all_nicks() -> frozenset[str]:
    namer = _namer()
    known = {name for name in forenames() if namer.nicknames_of(name)}
    return frozenset(known.union(*(namer.nicknames_of(name) for name in known)))


@cache
def _british_short_forms() -> dict[str, frozenset[str]]:
    """For each full name the short forms that Britain has for it: Darren, Daz; Wojciech, Wojtek."""
    text = (resources.files("redaction.detect") / "data" / "british_short_forms.txt").read_text(encoding="utf-8")
    found: dict[str, set[str]] = {}
    for line in text.splitlines():
        short, _, full = line.partition(":")
        if not line.startswith("#"):
            for name in full.split():
                found.setdefault(name, set()).add(short)
    return {name: frozenset(shorts) for name, shorts in found.items()}


@cache
def short_forms(forename: str) -> frozenset[str]:
    """Short forms of a folded forename: Callum, Cal; Stuart, Stu."""
    listed = frozenset(nick for nick in _namer().nicknames_of(forename) if nick.isalpha() and len(nick) > 1)
    return listed | _british_short_forms().get(forename, frozenset())


@lru_cache(maxsize=200_000)
def same_forename(one: str, other: str) -> bool:
    """Whether two folded forenames may be the same person's: equal, a short form, or an initial."""
    if one == other or other in short_forms(one) or one in short_forms(other):
        return True
    short, long = sorted((one.rstrip("."), other.rstrip(".")), key=len)
    return len(short) == 1 and long.startswith(short)
