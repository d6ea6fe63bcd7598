/*---
id: outcome.met
version: 1
title: Targets met
question: How many indicators have met their target?
level: outcome
unit: share
by: [objective_id]
also_by: [[]]
estimator: {share: {of_all: true}}
decision: Which objective may be closed, handed over or given new targets.
limits: >-
  Met: progress of 1 or more at the latest reading, or within its tolerance where it is to be maintained. The share is
  of the indicators whose state is known; 'share_of_all' counts the unknown ones as not met. All indicators in force
  are counted, so there is no interval.
source: Complete count
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    objective_id,
    indicator_id,
    met AS numerator,
    TRUE AS denominator
FROM outcome_latest
