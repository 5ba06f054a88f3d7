"""The types that everything passes around; numpy only."""
