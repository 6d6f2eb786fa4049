"""What Wine 8 (Debian 12) lacks and our parts need: two DLLs for the tests' Wine, never shipped.

`bcryptprimitives.dll`: programs of Rust (pydantic, cryptography, rars) draw random bytes from its
`ProcessPrng`; Wine has it since 9.0. Here it leads to the function that Wine has, `SystemFunction036`.

`ucrtbase.dll`: numpy asks for the parts of complex numbers while it is imported (`crealf` and others
of C99's complex.h), which are stubs in Wine 8 that end the process. Here Wine's own DLL has the few
machine instructions that they take; what else is a stub there stays one, and would end a test.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

RANDOM = {"ProcessPrng": "ADVAPI32.SystemFunction036"}

COMPLEX = {
    # a pair of floats comes in rcx, one of doubles by its address in rcx; the result goes to xmm0
    "crealf": bytes.fromhex("660f6ec1c3"),  # movd xmm0, ecx; ret
    "cimagf": bytes.fromhex("48c1e920660f6ec1c3"),  # shr rcx, 32; movd xmm0, ecx; ret
    "creal": bytes.fromhex("f20f1001c3"),  # movsd xmm0, [rcx]; ret
    "creall": bytes.fromhex("f20f1001c3"),
    "cimag": bytes.fromhex("f20f104108c3"),  # movsd xmm0, [rcx + 8]; ret
    "cimagl": bytes.fromhex("f20f104108c3"),
}

_BUILTIN = b"Wine builtin DLL"
"""By this mark Wine takes its own DLL in the place of the one that it finds."""

_BASE, _PAGE = 0x1000, 512


def install(system32: Path, wine_dlls: Path) -> None:
    """Puts both into a prefix; Wine takes them with WINEDLLOVERRIDES=ucrtbase=n,b."""
    random = forwarder("bcryptprimitives.dll", RANDOM)
    (system32 / "bcryptprimitives.dll").write_bytes(random)
    runtime = (wine_dlls / "ucrtbase.dll").read_bytes()
    (system32 / "ucrtbase.dll").unlink(missing_ok=True)
    (system32 / "ucrtbase.dll").write_bytes(patched(runtime, COMPLEX))


def forwarder(name: str, exports: Mapping[str, str]) -> bytes:
    """A DLL without code: its exports lead to those of other DLLs (PE format, Export Forwarding)."""
    names = sorted(exports)
    count = len(names)
    functions = _BASE + 40
    pointers = functions + 4 * count
    ordinals = pointers + 4 * count
    texts = _Texts(ordinals + 2 * count)
    library = texts.put(name)
    targets = [texts.put(exports[export]) for export in names]
    labels = [texts.put(export) for export in names]
    head = (0, 0, 0, 0, library, 1, count, count, functions, pointers, ordinals)
    table = struct.pack("<IIHHIIIIIII", *head)
    table += struct.pack(f"<{2 * count}I", *targets, *labels)
    table += struct.pack(f"<{count}H", *range(count)) + texts.content
    return _headers(len(table)) + table.ljust(_PAGE, b"\0")


class _Texts:
    """Texts that end with a zero, one after the other, from an address on."""

    def __init__(self, start: int) -> None:
        self._start = start
        self.content = b""

    def put(self, text: str) -> int:
        """Its address."""
        place = self._start + len(self.content)
        self.content += text.encode() + b"\0"
        return place


def _headers(size: int) -> bytes:
    """Those of a 64-bit DLL with one section of data, which is an export table of this size."""
    dos = b"MZ".ljust(60, b"\0") + struct.pack("<I", 64)
    coff = b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, 240, 0x2022)
    standard = struct.pack("<HBBIIIII", 0x20B, 14, 0, 0, _PAGE, 0, 0, _BASE)
    image = struct.pack("<QIIHHHHHH", 0x1_8000_0000, 0x1000, _PAGE, 6, 0, 0, 0, 6, 0)
    sizes = struct.pack("<IIIIHH", 0, 0x2000, _PAGE, 0, 2, 0x160)
    memory = struct.pack("<QQQQII", 0x100000, 0x1000, 0x100000, 0x1000, 0, 16)
    directories = struct.pack("<II", _BASE, size) + bytes(15 * 8)
    place = (size, _BASE, _PAGE, _PAGE, 0, 0, 0, 0, 0x40000040)
    section = struct.pack("<8sIIIIIIHHI", b".rdata", *place)
    whole = dos + coff + standard + image + sizes + memory + directories + section
    return whole.ljust(_PAGE, b"\0")


def patched(library: bytes, code: Mapping[str, bytes]) -> bytes:
    """A DLL in which some exported functions have other code; Wine no longer knows it as its own."""
    data = bytearray(library)
    for name, place in _exports(library):
        if name in code:
            data[place : place + len(code[name])] = code[name]
    return bytes(data).replace(_BUILTIN, bytes(len(_BUILTIN)), 1)


def _exports(library: bytes) -> Iterator[tuple[str, int]]:
    """Each exported name with the place of its function in the file."""
    (header,) = struct.unpack_from("<I", library, 60)
    (sections,) = struct.unpack_from("<H", library, header + 6)
    (optional,) = struct.unpack_from("<H", library, header + 20)
    table = struct.unpack_from("<I", library, header + 24 + 112)[0]
    rows = [
        struct.unpack_from("<8sIIII", library, header + 24 + optional + 40 * number)
        for number in range(sections)
    ]

    def place(address: int) -> int:
        row = next(row for row in rows if row[2] <= address < row[2] + row[3])
        return int(address - row[2] + row[4])

    count, functions, pointers, ordinals = struct.unpack_from("<IIII", library, place(table) + 24)
    for number in range(count):
        (pointer,) = struct.unpack_from("<I", library, place(pointers) + 4 * number)
        (ordinal,) = struct.unpack_from("<H", library, place(ordinals) + 2 * number)
        (function,) = struct.unpack_from("<I", library, place(functions) + 4 * ordinal)
        start = place(pointer)
        name = library[start : library.index(b"\0", start)].decode()
        yield name, place(function)
