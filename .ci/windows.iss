; Inno Setup 6.3 or newer: an installer for the present user, without administrator rights, see docs\windows.md.
; `iscc /DVersion=X.Y.Z .ci\windows.iss`, with the number that `lamo --version` prints.
#ifndef Version
  #error Name the version: iscc /DVersion=X.Y.Z .ci\windows.iss
#endif

[Setup]
AppId={{6B0C6E5B-0E0B-4E0C-9C55-5B8B3C2B7D41}
AppName=LAMO Desktop
AppVersion={#Version}
AppPublisher=LAMO Desktop contributors
DefaultDirName={localappdata}\Programs\LAMO Desktop
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
LicenseFile=..\LICENSE
OutputDir=..\dist
OutputBaseFilename=lamo-desktop-setup
SetupIconFile=..\resources\icons\lamo.ico
UninstallDisplayIcon={app}\lamo-desktop.exe
Compression=lzma2
SolidCompression=yes

[InstallDelete]
; an upgrade leaves no library of the version before; a folder with a GPU build (gpu) stays
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "..\dist\lamo-desktop\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[Icons]
Name: "{userprograms}\LAMO Desktop"; Filename: "{app}\lamo-desktop.exe"

[Run]
Filename: "{app}\lamo-desktop.exe"; Description: "Open LAMO Desktop"; Flags: nowait postinstall skipifsilent
