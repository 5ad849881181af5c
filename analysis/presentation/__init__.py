"""How results look: text, tables, figures, reports and pages."""
