@echo off
setlocal
set "PROGRAM=%~dp0python\pythonw.exe"
if not exist "%PROGRAM%" goto packed
if /i "%PROCESSOR_ARCHITECTURE%"=="x86" if "%PROCESSOR_ARCHITEW6432%"=="" goto old
ver | find " 6." >nul
if not errorlevel 1 goto old
if "%~1"=="" goto documents
if not exist "%~1" md "%~1"
start "" "%PROGRAM%" -m xlreport desk "%~1"
exit /b
:documents
start "" "%PROGRAM%" -m xlreport desk --documents
exit /b
:packed
chcp 65001 >nul
echo.
echo 还没有解压：请先把整个压缩包解压到一个文件夹，再双击那里的“开始.cmd”。
echo.
pause
exit /b 1
:old
chcp 65001 >nul
echo.
echo 这台电脑的 Windows 太旧：需要 Windows 10 或更新的 64 位系统。
echo.
pause
exit /b 1
