"""Dashboards as code: one definition in Python, from which Grafana's provisioning is written."""
