"""Dagster only: assets, checks, partitions, resources, sensors, schedules, jobs.

Thin over the rooms: an asset takes its partition, calls one function of a room and returns its
metadata. Nobody imports this room.
"""
