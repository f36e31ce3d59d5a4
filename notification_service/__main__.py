from notification_service.command import main

main()
