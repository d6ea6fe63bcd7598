/*---
id: burden.text_novelty
version: 1
title: Words that tell something new
question: How much of the narratives was not in the four before?
level: process
unit: share
by: [template_id]
also_by: [[], [unit_id], [template_id, unit_id]]
people: reporter_id
estimator: share
decision: Whether the narrative is worth writing each time.
limits: >-
  A word is old when it lies in a run of three words that one of the four narratives before it holds too, in the series
  of form and unit; digits are masked, upper and lower case are one. Narratives under 20 words and the first of each
  series are left out. New words need not be new facts, and a text in other words is new here.
source: Shingles of three words, Broder 1997; Wilson 1927 interval, n divided by the design effect (Kish 1965)
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    template_id,
    unit_id,
    reporter_id,
    unit_id AS cluster,
    new_words AS numerator,
    words AS denominator
FROM text_novelty
WHERE words >= 20 AND new_words IS NOT NULL
