# SPDX-License-Identifier: MIT
"""Checks reports: validate.py SCHEMA REPORT prints what the schema does not allow, validate.py sarif REPORT what code
scanning would refuse."""

import json
import sys


def against(schema, report):
    import jsonschema

    checker = jsonschema.Draft7Validator(schema)
    checker.check_schema(schema)
    for error in checker.iter_errors(report):
        path = "/".join(str(part) for part in error.absolute_path)
        print(f"{path}: {error.message[:200]}; ")


def is_place(location):
    """Code scanning wants a file for what it shows."""
    uri = location["physicalLocation"]["artifactLocation"]["uri"]
    return uri and not uri.startswith("/")


def sarif(report):
    assert report["version"] == "2.1.0" and report["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = report["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert run["invocations"][0]["executionSuccessful"] is True
    for rule in rules:
        for member in "shortDescription", "fullDescription", "help":
            assert rule[member]["text"], member
        assert "://" in rule["helpUri"] and rule["id"].lower() in rule["helpUri"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note") and result["message"]["text"]
        assert len(result["locations"]) == 1 and is_place(result["locations"][0])
        ids = [location["id"] for location in result["relatedLocations"]]
        assert len(ids) == len(set(ids)) and all(f"]({i})" in result["message"]["text"] for i in ids)
        assert len(result["partialFingerprints"]["primaryLocationLineHash"]) == 16
        flows = result["codeFlows"][0]["threadFlows"]
        order = [step["executionOrder"] for flow in flows for step in flow["locations"]]
        assert sorted(order) == list(range(1, len(order) + 1))


schema, report = sys.argv[1:]
with open(report, encoding="utf-8") as file:
    report = json.load(file)
if schema == "sarif":
    sarif(report)
else:
    with open(schema, encoding="utf-8") as file:
        against(json.load(file), report)
