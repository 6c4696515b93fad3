"""The addresses of season 1's accounts at the exchange, by the site's id.

Source: the same in more than ten independent public repositories; the site linked to
them from each model's page.
"""

from collections.abc import Mapping
from typing import Final

SEASON_1_WALLETS: Final[Mapping[str, str]] = {
    "qwen3-max": "0x7a8fd8bba33e37361ca6b0cb4518a44681bad2f3",
    "deepseek-chat-v3.1": "0xc20ac4dc4188660cbf555448af52694ca62b0734",
    "claude-sonnet-4-5": "0x59fa085d106541a834017b97060bcbbb0aa82869",
    "grok-4": "0x56d652e62998251b56c8398fb11fcfe464c08f84",
    "gemini-2.5-pro": "0x1b7a7d099a670256207a30dd0ae13d35f278010f",
    "gpt-5": "0x67293d914eafb26878534571add81f6bd2d9fe06",
}
