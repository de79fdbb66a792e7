"""What programs may look at from outside: health for load balancers, metrics for Prometheus."""
