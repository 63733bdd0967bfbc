"""Packing slips: a sheet of paper for the parcel of each order, without prices. It writes nothing."""
