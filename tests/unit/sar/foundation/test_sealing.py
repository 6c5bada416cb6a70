"""Whatever is done to a sealed file on disk, it either opens to exactly what was put in or it does not open."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sar.foundation.sealing import (
    CHUNK_BYTES,
    TAG_BYTES,
    SealBroken,
    new_key,
    open_sealed,
    seal_bytes,
    seal_stream,
    unseal_bytes,
    unwrap_key,
    wrap_key,
)

KEY = bytes(range(32))
CONTEXT = b"blob|one"
HEADER = 12
SEALED_CHUNK = CHUNK_BYTES + TAG_BYTES


def sealed(plain: bytes, key: bytes = KEY, context: bytes = CONTEXT) -> bytes:
    target = io.BytesIO()
    assert seal_stream(key, io.BytesIO(plain), target, context) == len(plain)
    return target.getvalue()


def opened(data: bytes, key: bytes = KEY, context: bytes = CONTEXT) -> bytes:
    return open_sealed(key, io.BytesIO(data), context).read()


def assert_does_not_open(data: bytes, key: bytes = KEY, context: bytes = CONTEXT) -> None:
    with pytest.raises(SealBroken):
        opened(data, key, context)


THREE_CHUNKS = b"a" * CHUNK_BYTES + b"b" * CHUNK_BYTES + b"c" * 100


def chunks_of(data: bytes) -> tuple[bytes, list[bytes]]:
    body = data[HEADER:]
    return data[:HEADER], [body[start : start + SEALED_CHUNK] for start in range(0, len(body), SEALED_CHUNK)]


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES])
def test_what_goes_in_comes_out_at_every_chunk_boundary(size: int) -> None:
    plain = (bytes(range(251)) * (size // 251 + 1))[:size]
    assert opened(sealed(plain)) == plain


def test_a_source_that_hands_out_little_at_a_time_is_sealed_whole() -> None:
    class Drip(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 0, 1000))

    target = io.BytesIO()
    seal_stream(KEY, Drip(THREE_CHUNKS), target, CONTEXT)
    assert opened(target.getvalue()) == THREE_CHUNKS


def test_the_plaintext_is_nowhere_in_the_sealed_file() -> None:
    assert b"Delphine Marlowe" not in sealed(b"Delphine Marlowe " * 10_000)


def test_sealing_twice_gives_different_bytes() -> None:
    assert sealed(b"same") != sealed(b"same")


def test_a_file_cut_short_anywhere_does_not_open() -> None:
    data = sealed(THREE_CHUNKS)
    cuts = [0, 1, HEADER - 1, HEADER, HEADER + 1, HEADER + SEALED_CHUNK - 1, HEADER + SEALED_CHUNK]
    for length in [*cuts, HEADER + 2 * SEALED_CHUNK, len(data) - TAG_BYTES, len(data) - 1]:
        assert_does_not_open(data[:length])


def test_a_file_of_exactly_whole_chunks_cut_at_a_chunk_does_not_open() -> None:
    data = sealed(b"x" * 3 * CHUNK_BYTES)
    assert_does_not_open(data[: HEADER + SEALED_CHUNK])
    assert_does_not_open(data[: HEADER + 2 * SEALED_CHUNK])


def test_anything_after_the_end_makes_it_fail() -> None:
    data = sealed(THREE_CHUNKS)
    assert_does_not_open(data + b"\x00")
    assert_does_not_open(data + data[HEADER:])
    whole = sealed(b"x" * CHUNK_BYTES)
    assert_does_not_open(whole + b"\x00")
    assert_does_not_open(whole + whole[HEADER:])


def test_chunks_swapped_repeated_or_left_out_make_it_fail() -> None:
    header, (first, second, third) = chunks_of(sealed(THREE_CHUNKS))
    for order in ([second, first, third], [first, first, third], [first, third], [second, third], [third]):
        assert_does_not_open(header + b"".join(order))


def test_chunks_of_another_file_under_the_same_key_do_not_fit() -> None:
    header, (first, second, third) = chunks_of(sealed(THREE_CHUNKS))
    _, (other_first, _, _) = chunks_of(sealed(THREE_CHUNKS))
    assert_does_not_open(header + other_first + second + third)
    assert first != other_first


def test_a_file_does_not_open_as_another_or_with_another_key() -> None:
    data = sealed(b"content")
    assert_does_not_open(data, context=b"blob|two")
    assert_does_not_open(data, key=new_key())


@settings(max_examples=60, deadline=None)
@given(position=st.integers(min_value=0), bit=st.integers(0, 7), size=st.integers(0, 300))
def test_one_bit_flipped_anywhere_makes_it_fail(position: int, bit: int, size: int) -> None:
    data = bytearray(sealed(b"z" * size))
    data[position % len(data)] ^= 1 << bit
    assert_does_not_open(bytes(data))


def test_a_broken_chunk_is_never_handed_out_but_whole_ones_before_it_are() -> None:
    data = bytearray(sealed(THREE_CHUNKS))
    data[HEADER + SEALED_CHUNK] ^= 1
    stream = open_sealed(KEY, io.BytesIO(bytes(data)), CONTEXT)
    assert stream.read(CHUNK_BYTES) == THREE_CHUNKS[:CHUNK_BYTES]
    with pytest.raises(SealBroken):
        stream.read(1)


def test_closing_the_plaintext_closes_the_file_beneath() -> None:
    source = io.BytesIO(sealed(b"content"))
    with open_sealed(KEY, source, CONTEXT) as stream:
        assert stream.read(3) == b"con"
    assert source.closed


@given(plain=st.binary(max_size=200), context=st.binary(max_size=40))
def test_a_value_opens_only_under_its_own_context_and_key(plain: bytes, context: bytes) -> None:
    data = seal_bytes(KEY, plain, context)
    assert unseal_bytes(KEY, data, context) == plain
    with pytest.raises(SealBroken):
        unseal_bytes(KEY, data, context + b"x")
    with pytest.raises(SealBroken):
        unseal_bytes(new_key(), data, context)


@given(position=st.integers(min_value=0), bit=st.integers(0, 7))
def test_a_value_with_a_flipped_bit_does_not_open(position: int, bit: int) -> None:
    data = bytearray(seal_bytes(KEY, b"12 Sycamore Close", b"person|address|1"))
    data[position % len(data)] ^= 1 << bit
    with pytest.raises(SealBroken):
        unseal_bytes(KEY, bytes(data), b"person|address|1")


@pytest.mark.parametrize("length", [0, 1, 12, 28])
def test_a_value_cut_short_does_not_open(length: int) -> None:
    with pytest.raises(SealBroken):
        unseal_bytes(KEY, seal_bytes(KEY, b"", b"c")[:length], b"c")


def test_a_wrapped_key_opens_under_its_context_only_and_is_not_a_value() -> None:
    key = new_key()
    wrapped = wrap_key(KEY, key, CONTEXT)
    assert unwrap_key(KEY, wrapped, CONTEXT) == key
    with pytest.raises(SealBroken):
        unwrap_key(KEY, wrapped, b"blob|two")
    with pytest.raises(SealBroken):
        unseal_bytes(KEY, wrapped, CONTEXT)
    with pytest.raises(SealBroken):
        unwrap_key(KEY, seal_bytes(KEY, key, CONTEXT), CONTEXT)


def test_a_key_of_the_wrong_length_is_a_programming_error() -> None:
    with pytest.raises(ValueError):
        seal_bytes(b"short", b"", b"")
    with pytest.raises(ValueError):
        wrap_key(KEY, b"short", b"")
    with pytest.raises(ValueError):
        seal_stream(b"short", io.BytesIO(), io.BytesIO(), b"")
