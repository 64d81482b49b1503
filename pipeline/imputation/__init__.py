"""Multiple imputation: several completed data sets, and figures pooled over them."""

from pipeline.imputation.rows import imputed_rows

__all__ = ["imputed_rows"]
