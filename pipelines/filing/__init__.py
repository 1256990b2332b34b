"""A package arrives (Articles 11-12): sorted, verified, archived as received, landed as text.

Belongs here: manifests, hashes, signatures, unpacking, readers, the landing Parquet; and what an
institution needs to make a package (pack, sign). Does not belong here: judging a record.
"""
