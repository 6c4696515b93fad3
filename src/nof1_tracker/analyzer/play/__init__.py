"""Figures of accounts that traded on paper, by the models' formulas."""
