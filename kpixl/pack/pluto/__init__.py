"""Turn a pack's HTML into PDF bytes with PlutoBook, which lays out pages in a fraction of the time.

1. mark     HTML -> HTML whose texts are marked, and their outline   ``marks``, ``outline``
2. lay out  HTML -> pages, a run of them for each page style          ``layout``
3. read     marks in the pages' content -> tagged content            ``content``
4. write    outline -> structure; links, margins, what the file says  ``structure``, ``engine``
"""
