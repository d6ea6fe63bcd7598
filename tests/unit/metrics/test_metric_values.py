"""Metrics as plain values: whoever reads them back has the same metric, and what is not such a file is refused."""

import json

import pytest

from reportmetrics.metrics.catalogue import load_catalogue
from reportmetrics.metrics.metric_values import prepare, prepared_metric
from reportmetrics.settings import sql_folder


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue(sql_folder())


@pytest.fixture
def values(catalogue):
    return json.loads(json.dumps(prepare(catalogue.metrics)))


def test_every_metric_of_the_catalogue_comes_back_as_it_was(catalogue, values):
    for name, metric in catalogue.metrics.items():
        again = prepared_metric(values, name, sql_folder())
        assert again == metric, name
        assert (again.rows_sql, again.definition.sql) == (metric.rows_sql, metric.definition.sql)


def test_an_unknown_metric_is_none_and_another_format_an_error(values):
    assert prepared_metric(values, "nothing.like_it", sql_folder()) is None
    values["format"] = 0
    with pytest.raises(ValueError, match="format 0"):
        prepared_metric(values, "activity.held", sql_folder())
    del values["format"]
    with pytest.raises(KeyError):
        prepared_metric(values, "activity.held", sql_folder())


def test_a_view_beneath_several_metrics_is_held_once(catalogue, values):
    beneath = [name for metric in catalogue.metrics.values() for name in metric.ctes]
    assert len(values["views"]) == len(set(beneath)) < len(beneath)
