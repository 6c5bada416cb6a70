"""One sender is one IPv4 address, or the 64 bits of IPv6 that one household is given."""

from __future__ import annotations

import pytest

from sar.foundation.throttle import address_prefix


@pytest.mark.parametrize(
    ("address", "prefix"),
    [
        ("203.0.113.9", "203.0.113.9/32"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8::1", "2001:db8::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9/32"),
        ("", "unknown"),
        ("somewhere", "unknown"),
    ],
)
def test_what_counts_as_one_sender(address: str, prefix: str) -> None:
    assert address_prefix(address) == prefix
