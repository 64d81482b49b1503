"""Estimators (functions of Moments or of a Sample) and combinators (functions of estimators)."""
