#!/bin/sh
# What must happen every minute, and what once a day, until told to end: a container's scheduler.
# A failing command is logged and tried again a minute later.
trap 'kill "$waiting" 2>/dev/null; exit 0' TERM INT
minute=0
while :; do
  python manage.py response_tick
  if [ "$((minute % 1440))" -eq 0 ]; then
    # Each drain of the worker leaves a row.
    python manage.py prune_db_task_results --backend database --min-age-days 1
  fi
  minute=$((minute + 1))
  sleep 60 &
  waiting=$!
  wait "$waiting"
done
