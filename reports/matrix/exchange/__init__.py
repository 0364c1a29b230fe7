"""Requirements as other tools have them: tables (CSV) and ReqIF, in and out, and what an import changes."""
