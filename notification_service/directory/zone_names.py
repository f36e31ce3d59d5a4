"""Which time zone a person may mean who does not write an IANA name. Pure.

These are proposals: a person has to confirm one before it is used.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from notification_service.directory.rules import visible

# By zone: its names, cities and regions, in lower case. A name that is in two zones is ambiguous.
KNOWN_AS = {
    "Europe/Kaliningrad": "калининград,калининградская область,калининградское время,kaliningrad",
    "Europe/Moscow": "москва,мск,msk,московское время,по москве,московская область,подмосковье,moscow,"
    "moscow time,санкт-петербург,спб,питер,ленинградская область,saint petersburg,st petersburg,spb,"
    "нижний новгород,нижегородская область,nizhny novgorod,казань,татарстан,kazan,ростов-на-дону,ростов,"
    "ростовская область,rostov-on-don,краснодар,краснодарский край,krasnodar,воронеж,воронежская область,"
    "voronezh,"
    "ярославль,ярославская область,yaroslavl,тула,тульская область,tula,рязань,рязанская область,ryazan,"
    "липецк,липецкая область,lipetsk,пенза,пензенская область,penza,тверь,тверская область,tver,"
    "белгород,белгородская область,belgorod,сочи,sochi,ставрополь,ставропольский край,stavropol,"
    "иваново,ивановская область,ivanovo,брянск,брянская область,bryansk,курск,курская область,kursk,"
    "архангельск,архангельская область,arkhangelsk,мурманск,мурманская область,murmansk,владимир,"
    "владимирская область,vladimir,чебоксары,чувашия,cheboksary,калуга,калужская область,kaluga,"
    "смоленск,смоленская область,smolensk,махачкала,дагестан,makhachkala,саранск,мордовия,saransk,"
    "вологда,вологодская область,vologda,череповец,cherepovets,орел,орловская область,oryol,"
    "грозный,чечня,grozny,владикавказ,тамбов,тамбовская область,tambov,йошкар-ола,марий эл,"
    "кострома,костромская область,kostroma,новороссийск,novorossiysk,петрозаводск,карелия,petrozavodsk,"
    "сыктывкар,коми,syktyvkar,нальчик,псков,псковская область,pskov,великий новгород,новгородская область,"
    "майкоп,адыгея,черкесск,элиста,калмыкия,набережные челны,железногорск",
    "Europe/Simferopol": "симферополь,крым,simferopol,севастополь,sevastopol,ялта",
    "Europe/Kirov": "киров,кировская область,kirov",
    "Europe/Volgograd": "волгоград,волгоградская область,volgograd,волжский",
    "Europe/Astrakhan": "астрахань,астраханская область,astrakhan",
    "Europe/Saratov": "саратов,саратовская область,saratov,энгельс",
    "Europe/Ulyanovsk": "ульяновск,ульяновская область,ulyanovsk",
    "Europe/Samara": "самара,самарская область,самарское время,samara,тольятти,tolyatti,ижевск,"
    "удмуртия,izhevsk",
    "Asia/Yekaterinburg": "екатеринбург,екб,екатеринбургское время,yekaterinburg,ekaterinburg,yekt,"
    "свердловская область,уфа,башкортостан,башкирия,ufa,челябинск,челябинская область,chelyabinsk,"
    "пермь,пермский край,perm,тюмень,тюменская область,tyumen,оренбург,оренбургская область,orenburg,"
    "магнитогорск,magnitogorsk,сургут,surgut,хмао,югра,ханты-мансийск,янао,салехард,нижневартовск,"
    "nizhnevartovsk,курган,курганская область,kurgan,нижний тагил,стерлитамак,благовещенск",
    "Asia/Omsk": "омск,омская область,омское время,omsk",
    "Asia/Novosibirsk": "новосибирск,нск,новосибирская область,novosibirsk",
    "Asia/Barnaul": "барнаул,алтай,алтайский край,barnaul,бийск,горно-алтайск",
    "Asia/Tomsk": "томск,томская область,tomsk",
    "Asia/Novokuznetsk": "новокузнецк,кемерово,кемеровская область,кузбасс,kemerovo,novokuznetsk",
    "Asia/Krasnoyarsk": "красноярск,красноярский край,красноярское время,krasnoyarsk,абакан,хакасия,abakan,"
    "норильск,norilsk,железногорск,кызыл,тыва,тува",
    "Asia/Irkutsk": "иркутск,иркутская область,иркутское время,irkutsk,братск,bratsk,ангарск,"
    "улан-удэ,бурятия,ulan-ude",
    "Asia/Chita": "чита,забайкалье,забайкальский край,chita",
    "Asia/Yakutsk": "якутск,якутское время,yakutsk,якутия,саха,благовещенск,амурская область,blagoveshchensk",
    "Asia/Vladivostok": "владивосток,владивостокское время,приморье,приморский край,vladivostok,"
    "хабаровск,хабаровский край,khabarovsk,комсомольск-на-амуре,уссурийск,находка,биробиджан,якутия,саха",
    "Asia/Magadan": "магадан,магаданская область,магаданское время,magadan",
    "Asia/Sakhalin": "южно-сахалинск,сахалин,сахалинская область,yuzhno-sakhalinsk,sakhalin",
    "Asia/Srednekolymsk": "среднеколымск,якутия,саха,сахалинская область",
    "Asia/Kamchatka": "петропавловск-камчатский,камчатка,камчатский край,камчатское время,kamchatka",
    "Asia/Anadyr": "анадырь,чукотка",
    "Europe/Minsk": "минск,беларусь,белоруссия,minsk,belarus",
    "Asia/Almaty": "алматы,алма-ата,астана,казахстан,almaty,astana,kazakhstan",
    "Asia/Tashkent": "ташкент,узбекистан,tashkent",
    "Asia/Bishkek": "бишкек,киргизия,кыргызстан,bishkek",
    "Asia/Dushanbe": "душанбе,таджикистан,dushanbe",
    "Asia/Yerevan": "ереван,армения,yerevan",
    "Asia/Baku": "баку,азербайджан,baku",
    "Asia/Tbilisi": "тбилиси,грузия,tbilisi",
    "Europe/Istanbul": "стамбул,турция,istanbul",
    "UTC": "utc,гринвич,по гринвичу",
}
NEAR = tuple(KNOWN_AS)  # offered first

PLACES = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)
ALIKE = str.maketrans("ё\u2010\u2011\u2012\u2013\u2014\u2212_", "е------ ")
KIND = re.compile(r"^(?:г\.|г |гор\.|город |респ\.|республика )\s*")
REGION = re.compile(r"\bобл\.?$")
BETWEEN_PARTS = re.compile(r"[(),;|]|(?<= )(?=utc|gmt)")
OFFSET = re.compile(
    r"(?P<base>utc|gmt|мск|msk)? ?(?P<sign>[+-]) ?(?P<hours>\d{1,2})(?::?(?P<minutes>00|30|45))?"
)
MOSCOW = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Offer:
    """Zones that may be meant, the likeliest first; `certain` is that of an unambiguous name, or empty."""

    zones: tuple[str, ...] = ()
    certain: str = ""


def zone_key(text: str) -> str:
    """Return a key that is the same for spellings that differ in case, spaces and dashes: МСК and мск."""
    return " ".join(visible(text).casefold().translate(ALIKE).split())


def offer(text: str, *, zones: frozenset[str], at: datetime) -> Offer:
    """`zones` are the known names; `at` is the time for which offsets are compared."""
    if (zone := _by_whole_name(zones).get(text.strip().lower())) is not None:
        return Offer((zone,), certain=zone)  # also `GMT+0`, which would be an offset of several
    named, by_offset = _named(text, zones), _of_offsets(text, zones, at)
    meant = [zone for zone in named if zone in by_offset] if by_offset else named
    if len(meant) == 1:
        return Offer((meant[0],), certain=meant[0])
    return Offer(tuple(dict.fromkeys([*meant, *named, *by_offset])))


@cache
def _by_whole_name(zones: frozenset[str]) -> dict[str, str]:
    return {zone.lower(): zone for zone in zones}


def likeliest(text: str, *, zones: frozenset[str]) -> str:
    """Return the zone to suggest in a message, or empty. An offset alone suggests none."""
    return next(iter(_named(text, zones)), "")


def _named(text: str, zones: frozenset[str]) -> list[str]:
    """Return the zones that all named parts of the text have in common; if there are none, all of them."""
    names = _names(zones)
    found = [names[part] for part in _parts(text) if part in names]
    common = [zone for zone in found[0] if all(zone in each for each in found)] if found else []
    return common or [zone for each in found for zone in each]


def _parts(text: str) -> Iterator[str]:
    for part in BETWEEN_PARTS.split(zone_key(text)):
        yield part.strip()
        yield _plain(part)


def _plain(part: str) -> str:
    return REGION.sub("область", KIND.sub("", part.strip())).replace(".", "").strip()


@cache
def _names(zones: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """Return zones by name: the names above, the cities of IANA names, and IANA names in any case."""
    places = sorted(zone for zone in zones if zone.startswith(PLACES) and "/" in zone)
    found: dict[str, tuple[str, ...]] = {}
    for zone in places:
        _add(found, zone_key(zone.rpartition("/")[2]), zone)
    known = {zone: KNOWN_AS[zone].split(",") for zone in NEAR if zone in zones}
    for name in {name for names in known.values() for name in names}:
        found[name] = tuple(zone for zone, names in known.items() if name in names)
    return found | {zone_key(zone): (zone,) for zone in zones}


def _add(found: dict[str, tuple[str, ...]], name: str, zone: str) -> None:
    found[name] = (*found.get(name, ()), zone)


def _of_offsets(text: str, zones: frozenset[str], at: datetime) -> tuple[str, ...]:
    offset = next((found for part in _parts(text) if (found := _offset(part)) is not None), None)
    if offset is None:
        return ()
    return _by_offset(zones, at.replace(minute=0, second=0, microsecond=0)).get(offset, ())


@lru_cache(maxsize=2)
def _by_offset(zones: frozenset[str], at: datetime) -> dict[timedelta, tuple[str, ...]]:
    """Return the zones of each offset, those of NEAR first."""
    far = (zone for zone in sorted(zones - set(NEAR)) if zone.startswith(PLACES))
    found: dict[timedelta, tuple[str, ...]] = {}
    for zone in (*(zone for zone in NEAR if zone in zones), *far):
        offset = at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
        found[offset] = (*found.get(offset, ()), zone)
    return found


def _offset(text: str) -> timedelta | None:
    found = OFFSET.fullmatch(text)
    if found is None:
        return None
    size = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
    offset = -size if found["sign"] == "-" else size
    return offset + MOSCOW if found["base"] in ("мск", "msk") else offset
