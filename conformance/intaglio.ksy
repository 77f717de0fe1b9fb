meta:
  id: intaglio
  title: Prologue and header of an Intaglio file
  license: CC0-1.0
  endian: le
  bit-endian: be
doc: |
  The bytes that the first 80 pixels of an Intaglio picture carry, followed by the first
  header_length bytes of its body (SPEC.md, section 6). How pixels carry bytes is SPEC.md, section 5;
  what this description cannot say (CRCs, digests, rules between fields) is in SPEC.md alone.
seq:
  - id: prologue
    type: prologue
  - id: header
    type: header
    size: prologue.header_length
types:
  prologue:
    seq:
      - id: magic
        contents: INTAGLIO
      - id: major
        type: u1
        valid: 1
      - id: minor
        type: u1
      - id: prologue_length
        type: u2
        valid: 80
      - id: required_flags
        type: u4
      - id: optional_flags
        type: u4
      - id: depths
        type: u1
        repeat: expr
        repeat-expr: 4
        doc: payload bits of R, G, B and A
      - id: width
        type: u4
      - id: height
        type: u4
      - id: header_length
        type: u4
        valid:
          min: 12
          max: 4194304
      - id: body_length
        type: u8
      - id: root
        size: 32
        doc: SHA-256 of the first 44 bytes of the prologue, the header, and the block tables
      - id: crc
        type: u4
        doc: CRC-32 of the 76 bytes before it
  header:
    seq:
      - id: array_count
        type: u2
      - id: extension_count
        type: u2
      - id: metadata_length
        type: u4
      - id: metadata
        size: metadata_length
        doc: JSON text in UTF-8; empty for none
      - id: arrays
        type: array_record
        repeat: expr
        repeat-expr: array_count
      - id: extensions
        type: extension_record
        repeat: expr
        repeat-expr: extension_count
      - id: crc
        type: u4
        doc: CRC-32 of all header bytes before it
      - id: end
        size: 0
        valid:
          expr: _io.eof
  array_record:
    seq:
      - id: name_length
        type: u1
        valid:
          min: 1
      - id: name
        size: name_length
        doc: UTF-8
      - id: element
        type: u1
        enum: element
      - id: unit
        type: u1
        enum: time_unit
      - id: unit_count
        type: u4
      - id: rank
        type: u1
        valid:
          max: 32
      - id: shape
        type: u8
        repeat: expr
        repeat-expr: rank
      - id: filter_count
        type: u1
        valid:
          max: 8
      - id: filters
        type: filter
        repeat: expr
        repeat-expr: filter_count
      - id: codec
        type: u1
        enum: codec
      - id: block_length
        type: u4
        doc: elements in each block but the last
      - id: block_count
        type: u4
      - id: digest
        size: 32
        doc: SHA-256 of the array's canonical bytes
      - id: metadata_length
        type: u4
      - id: metadata
        size: metadata_length
        doc: JSON text in UTF-8; empty for none
  filter:
    seq:
      - id: code
        type: u1
        enum: filter_code
      - id: parameter_length
        type: u1
      - id: parameters
        size: parameter_length
  extension_record:
    seq:
      - id: type
        type: u2
      - id: reserved
        type: b7
        valid: 0
      - id: required
        type: b1
      - id: length
        type: u4
      - id: data
        size: length
enums:
  element:
    0x01: bool
    0x10: int8
    0x11: int16
    0x12: int32
    0x13: int64
    0x20: uint8
    0x21: uint16
    0x22: uint32
    0x23: uint64
    0x30: float16
    0x31: float32
    0x32: float64
    0x38: bfloat16
    0x40: complex64
    0x41: complex128
    0x50: datetime64
    0x51: timedelta64
  time_unit:
    0: none
    1: year
    2: month
    3: week
    4: day
    5: hour
    6: minute
    7: second
    8: millisecond
    9: microsecond
    10: nanosecond
    11: picosecond
    12: femtosecond
    13: attosecond
    14: generic
  filter_code:
    0x01: order
    0x02: delta
    0x03: lorenzo
    0x04: zigzag
    0x05: shuffle
    0x06: bytedelta
    0x07: decimal
  codec:
    0: stored
    1: zstd
