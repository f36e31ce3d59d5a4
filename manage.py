#!/usr/bin/env python
from notification_service.command import main

if __name__ == "__main__":
    main()
