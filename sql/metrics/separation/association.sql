/*---
id: separation.association
version: 1
title: Activity ahead of change
question: Does more activity go before more progress, and how many weeks before?
level: comparison
unit: correlation
by: [objective_id]
estimator: {association: {lags: [0, 4, 8, 12], draws: 9999, seed: 20220131}}
reads: [activity, outcome, process]
decision: Whether activity is worth planning by its effect, and how long to wait before judging.
limits: >-
  Pieces held a week against the change of progress a week, over the intervals between readings, in whole weeks since
  the first report was due. Per objective the correlation is descriptive. A test by circular shifts keeps each series'
  own rhythm; it assumes that this rhythm does not change over time: two series that both grow go together by
  that alone. The test per objective needs 160 weeks; it takes its standard error from shifts by 26 weeks or more and
  allows for the four lags. Correlation is no proof of effect: both may follow a third thing.
source: >-
  Pearson correlation; permutation by circular shifts, 9,999 draws, p = (1 + b) / (B + 1); per objective Student's t
  with the degrees of freedom of Bartlett 1935, Bonferroni over lags; Benjamini and Hochberg 1995
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    activity_week.row_key,
    activity_week.objective_id,
    activity_week.week,
    activity_week.value,
    cast(NULL AS VARCHAR) AS indicator_id,
    cast(NULL AS DATE) AS observed_on,
    cast(NULL AS DOUBLE) AS progress
FROM activity_week
UNION ALL
SELECT
    outcome_path.row_key,
    outcome_path.objective_id,
    cast(NULL AS DATE) AS week,
    cast(NULL AS BIGINT) AS value,
    outcome_path.indicator_id,
    outcome_path.observed_on,
    outcome_path.progress
FROM outcome_path
WHERE outcome_path.progress IS NOT NULL
