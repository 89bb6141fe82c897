#!/usr/bin/env python3
"""Keeps of a kernel's BTF what the BPF programs read from: reduce_btf.py VMLINUX_BTF REDUCED

That is every struct of kernel_types.h with all of its members, so that a program which reads one
more of them needs no new copy. A struct inside one of them that is not among them is left empty but
keeps its size; a pointer points to void. Functions and tracepoints that programs ask for are kept by
name. Linux describes the format in Documentation/bpf/btf.rst.
"""

import pathlib
import re
import struct
import sys

BPF = pathlib.Path(__file__).resolve().parents[2] / "collectors/kernel/bpf"
_HEADER = struct.Struct("<HBBIIIII")  # magic, version, flags, its length, then two sections
_TYPE = struct.Struct("<III")  # name, info, size or type
_MAGIC = 0xEB9F
(INT, PTR, ARRAY, STRUCT, UNION, ENUM, FWD, TYPEDEF, VOLATILE, CONST, RESTRICT, FUNC, FUNC_PROTO, VAR,
 DATASEC, FLOAT, DECL_TAG, TYPE_TAG, ENUM64) = range(1, 20)
_REFERENCES = (TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG)
_FIXED_TAIL = {INT: 4, ARRAY: 12, VAR: 4, DECL_TAG: 4}
_TAIL_OF_EACH = {STRUCT: 12, UNION: 12, ENUM: 8, FUNC_PROTO: 8, DATASEC: 12, ENUM64: 12}


def structs_read():
    """The names of kernel_types.h, without those of other forms (___)."""
    return set(re.findall(r"^struct (\w+?)(?:___\w+)? \{", (BPF / "kernel_types.h").read_text(),
                          re.MULTILINE))


def kfuncs_of(program):
    """The functions of the kernel that a BPF source calls."""
    return set(re.findall(r"(\w+)\([^()]*\)\s+__ksym", (BPF / f"{program}.bpf.c").read_text()))


def tracepoints_of(program):
    """The typedefs whose presence says that the kernel has the tracepoints of a BPF source."""
    return {"btf_trace_" + name for name in
            re.findall(r'SEC\("tp_btf/(\w+)"\)', (BPF / f"{program}.bpf.c").read_text())}


class Btf:
    """The types of one file, by number."""

    def __init__(self, data):
        magic, _, _, length, types, types_length, strings, strings_length = _HEADER.unpack_from(data)
        if magic != _MAGIC:
            raise ValueError(f"not BTF of a little-endian machine: it begins with {data[:4]!r}")
        self._strings = data[length + strings:length + strings + strings_length]
        self.types = [(0, 0, 0, b"")]
        at, end = length + types, length + types + types_length
        while at < end:
            name, info, size = _TYPE.unpack_from(data, at)
            kind = info >> 24 & 31
            tail = _FIXED_TAIL.get(kind, _TAIL_OF_EACH.get(kind, 0) * (info & 0xFFFF))
            at += _TYPE.size + tail
            self.types.append((name, info, size, data[at - tail:at]))

    def kind(self, number):
        return self.types[number][1] >> 24 & 31

    def name(self, number):
        return self.string(self.types[number][0])

    def string(self, offset):
        return self._strings[offset:self._strings.index(b"\0", offset)].decode()


class _Reduced:
    def __init__(self, source, structs):
        self._source, self._structs = source, structs
        self._strings, self._offsets = bytearray(b"\0"), {"": 0}
        self._types, self._numbers = [], {0: 0}

    def _string(self, text):
        if text not in self._offsets:
            self._offsets[text] = len(self._strings)
            self._strings += text.encode() + b"\0"
        return self._offsets[text]

    def _put(self, number, name, info, size, tail=b""):
        self._types[number - 1] = _TYPE.pack(self._string(name), info, size) + tail

    def add(self, old):
        """The number here of that type of the source."""
        source = self._source
        kind, name = source.kind(old), source.name(old)
        key = PTR if kind == PTR else old
        if key in self._numbers:
            return self._numbers[key]
        self._types.append(b"")
        number = self._numbers[key] = len(self._types)
        _, info, size, tail = source.types[old]
        if kind in (STRUCT, UNION) and (not name or name in self._structs):
            members = b"".join(
                struct.pack("<III", self._string(source.string(member)), self.add(type_), offset)
                for member, type_, offset in struct.iter_unpack("<III", tail))
            self._put(number, name, info, size, members)
        elif kind in (STRUCT, UNION, ENUM, ENUM64):
            self._put(number, name, info & 0xFFFF0000, size)
        elif kind == PTR:
            self._put(number, "", info, 0)
        elif kind == ARRAY:
            element, index, count = struct.unpack("<III", tail)
            self._put(number, "", info, 0,
                      struct.pack("<III", self.add(element), self.add(index), count))
        elif kind in _REFERENCES:
            self._put(number, name, info, self.add(size))
        else:
            self._put(number, name, info, size, tail)
        return number

    def add_name(self, kind, name):
        """A function or typedef of which only the name matters."""
        self._types.append(b"")
        if kind == FUNC:
            self._put(len(self._types), "", FUNC_PROTO << 24, 0)
            self._types.append(b"")
        self._put(len(self._types), name, kind << 24, len(self._types) - 1 if kind == FUNC else 0)

    def bytes(self):
        types = b"".join(self._types)
        return _HEADER.pack(_MAGIC, 1, 0, _HEADER.size, 0, len(types), len(types),
                            len(self._strings)) + types + bytes(self._strings)


def reduce(data, structs, names):
    """The BTF of `data` with those structs whole, and those functions and typedefs by name."""
    source = Btf(data)
    reduced = _Reduced(source, structs)
    for number in range(1, len(source.types)):
        kind, name = source.kind(number), source.name(number)
        if kind == STRUCT and name in structs:
            reduced.add(number)
        elif kind in (FUNC, TYPEDEF) and name in names:
            reduced.add_name(kind, name)
    return reduced.bytes()


def reduce_for_programs(data):
    return reduce(data, structs_read(), kfuncs_of("walk") | tracepoints_of("events"))


def main():
    source, target = map(pathlib.Path, sys.argv[1:])
    target.write_bytes(reduce_for_programs(source.read_bytes()))


if __name__ == "__main__":
    main()
