"""The families of cases: one function a family, one module a theme."""
