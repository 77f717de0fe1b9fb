"""The plain reader: SPEC.md as a program, to be read beside it.

One module for each section, in the order of the document. It needs the standard library and a
Zstandard decompressor, nothing else. It is slow: it favours the shortest form of each rule.

| module        | section of SPEC.md                     |
|---------------|----------------------------------------|
| `conventions` | 2, numbers, checksums, refusal         |
| `png`         | 4, from a PNG file to pixels           |
| `carrier`     | 5, from pixels to bytes                |
| `header`      | 6, prologue and header                 |
| `container`   | 7, block tables and root               |
| `metadata`    | 8, the JSON texts                      |
| `blocks`      | 9, stored blocks to filtered bytes     |
| `filters`     | 10, filtered bytes to canonical bytes  |
| `arrays`      | 11, canonical bytes                    |
| `decode`      | 12 and 13, every step in order         |
| `registry`    | 14, elements, time units, filters      |

Begin with `decode`. `python reference/reader FILE` lists the arrays of a file.
"""
