"""Words that are nobody's: the PDF format's, and those of our boxes.

"Page" and "Link" are surnames too; as names of the format they are in every file.

Source: ISO 32000-2, the keys and values of the dictionaries a scrubbed file may hold, 14.8.4 (structure types), and
9.6.2.2 (the standard fonts).
"""

from __future__ import annotations

import re
from typing import Final

from redaction.needles import Hit

FORMAT_WORDS = frozenset(
    """
    Courier Courier-Bold Courier-BoldOblique Courier-Oblique Helvetica Helvetica-Bold Helvetica-BoldOblique
    Helvetica-Oblique Symbol Times-Bold Times-BoldItalic Times-Italic Times-Roman ZapfDingbats
    A AA AIS AN AP Annot Annots AntiAlias Art Artifact Aside AtLeast Author BBox BG BG2 BM BaseEncoding
    BaseFont BibEntry BitsPerComponent BitsPerCoordinate BitsPerFlag BitsPerSample BlackIs1 BlackPoint
    BlockQuote Bounds C0 C1 CA CCITTFaxDecode CIDFontType0 CIDFontType0C CIDFontType2 CIDSet CIDSystemInfo
    CIDToGIDMap CMap CMapName CMapType CS CalGray CalRGB CapHeight Caption Catalog CharProcs CharSet Code
    ColSpan Color ColorSpace Colorants Colors Columns Contents Coords Count CropBox Crypt D DCTDecode DR DW
    DW2 Decode DecodeParms Default DefaultCMYK DefaultGray DefaultRGB DescendantFonts Descent DeviceCMYK
    DeviceGray DeviceN DeviceRGB Differences Direction DisplayDocTitle Div Document DocumentFragment Domain
    E Em Encode EncodedByteAlign Encoding EndOfBlock EndOfLine Event ExtGState Extend Extends FENote Figure
    Filter First FirstChar Flags FlateDecode Font FontBBox FontDescriptor FontFamily FontFile FontFile2
    FontFile3 FontMatrix FontName FontStretch FontWeight Form FormType Formula Function FunctionType
    Functions G Gamma Group H H1 H2 H3 H4 H5 H6 HT Headers Height I ICCBased ID Identity Image ImageMask
    Index Indexed Info Intent Interpolate ItalicAngle JBIG2Decode JBIG2Globals JPXDecode K Keywords Kids L
    L2R LBody LC LI LJ LW Lab Lang LastChar Lbl Leading Length Length1 Length2 Length3 Limits Link List
    ListNumbering Luminosity MCID MCR MMType1 MacRomanEncoding MarkInfo Marked Mask Matrix Matte MaxWidth
    MediaBox Metadata MissingWidth N Names NonStruct Normal Note Nums O OBJR OP OPM ObjStm Op Order Ordering
    P Page Pages PaintType Parent ParentTree ParentTreeNextKey Part Pattern PatternType Pg Predictor Prev
    Private ProcSet Producer Properties Quote R2L RB RI RP RT Range Rate Redaction RedactionCode Reference
    Registry Resources Root Rotate Row RowSpan Rows Ruby S SA SM SMask SMaskInData Scope Sect Separation
    Shading ShadingType Size Span StandardEncoding StemH StemV Strict Strong StructElem StructParent
    StructParents StructTreeRoot Sub Subtype Supplement TBody TD TFoot TH THead TK TOC TOCI TR TR2 Table
    Tabs Text Tint Title ToUnicode Transparency TrueType Type Type0 Type1 Type1C Type3 UCR UCR2 UseCMap
    UserUnit V Version VerticesPerRow ViewerPreferences W W2 WMode WP WT Warichu WhitePoint Width Widths
    WinAnsiEncoding X XHeight XObject XRef XStep YStep ca
    """.split()
)

# What a box is read as (`apply.marks`), without its code.
_OWN: Final = re.compile(r"redacted, reason(?= )|(?<=/ActualText \()redacted(?=\))")
_OWN_FOLDED: Final = ("redacted", "reason", "redactedreason")
_OWN_LONGEST: Final = len("redacted, reason")


def is_own(text: str, hit: Hit) -> bool:
    """Whether what was found in `text` is of the words in which our boxes are read out, and no more than these."""
    if hit.needle.folded not in _OWN_FOLDED:
        return False
    first = max(0, hit.start - _OWN_LONGEST)
    spans = (found.span() for found in _OWN.finditer(text, first, hit.end + _OWN_LONGEST))
    return any(start <= hit.start and hit.end <= end for start, end in spans)
