@"%~dp0python\python.exe" -m xlreport %*
@exit /b %errorlevel%
