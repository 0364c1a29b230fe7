"""From the record to verdicts: reads what a recipe names, calls metrology, applies the decision rule."""
