"""Near-identical stories and shared sites: fingerprints by which leads are linked.

A story's fingerprint is MinHash over its character 4-grams, cut into bands: two stories with nine
tenths of their 4-grams in common share a band or more almost always, those with half of them
hardly ever two. Only keyed hashes of the bands are kept.
"""

from zlib import crc32

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from bot.matching.domains import flags_of, site_of
from bot.matching.masking import mask
from bot.matching.normalize import normalize
from bot.matching.result import IndicatorKind
from bot.services.areas import place_lead
from bot.services.leads import open_value
from bot.storage import traces as rows
from bot.storage.areas import all_areas
from bot.storage.database import vault_of
from bot.storage.leads import DESCRIPTION, IDENTIFIER, Lead, identifiers_of
from bot.storage.traces import TraceKind
from bot.storage.vault import Vault

GRAM = 4
SHORTEST = 20
"""Signs of the shortest story that says enough to be compared."""
BANDS, ROWS = 6, 5
LEAST_BANDS = 2
PRIME = (1 << 31) - 1
_FACTORS = np.random.default_rng(20261124).integers(1, PRIME, (2, BANDS * ROWS), dtype=np.int64)


def bands(story: str) -> list[str]:
    """The bands of a story's fingerprint; none for one that is too short."""
    plain = "".join(sign for sign in normalize(mask(story)).text if sign.isalnum())
    if len(plain) < SHORTEST:
        return []
    grams = {plain[start : start + GRAM] for start in range(len(plain) - GRAM + 1)}
    hashed = np.array([crc32(gram.encode()) % PRIME for gram in grams], dtype=np.int64)
    least = ((hashed[:, None] * _FACTORS[0] + _FACTORS[1]) % PRIME).min(axis=0)
    return [
        f"{band}:" + ",".join(map(str, least[band * ROWS : (band + 1) * ROWS]))
        for band in range(BANDS)
    ]


def site_to_trace(link: str) -> str:
    """The registrable domain of a link; empty where it says nothing, as for a well-known site."""
    host = link.partition("/")[0].partition(":")[0]
    site = site_of(host)
    if site is None:
        return host
    says_nothing = {"official", "shortener"} & set(flags_of(site))
    return "" if says_nothing else site.registrable


async def traces_of_lead(session: AsyncSession, lead: Lead) -> set[tuple[TraceKind, str]]:
    """The fingerprints of a lead as its text and links now stand."""
    vault = vault_of(session)
    story = open_value(session, lead.description_sealed, DESCRIPTION)
    made = {(TraceKind.SCRIPT, _keyed(vault, TraceKind.SCRIPT, band)) for band in bands(story)}
    for row in await identifiers_of(session, lead.id):
        if row.kind == IndicatorKind.LINK:
            site = site_to_trace(open_value(session, row.value_sealed, IDENTIFIER))
            if site:
                made.add((TraceKind.DOMAIN, _keyed(vault, TraceKind.DOMAIN, site)))
    return made


async def trace_waiting(session: AsyncSession, limit: int = 200) -> int:
    """Make the fingerprints of leads that have none, and place them; returns of how many."""
    leads = await rows.untraced_leads(session, limit)
    areas = await all_areas(session) if leads else ()
    for lead in leads:
        await place_lead(session, lead, areas)
        await rows.keep_traces(session, lead.id, await traces_of_lead(session, lead))
    return len(leads)


def _keyed(vault: Vault, kind: TraceKind, value: str) -> str:
    return vault.fingerprint(f"{kind}:{value}", "lead.trace")
