"""Start-up graph, trumpet curve and the schedules they follow."""
