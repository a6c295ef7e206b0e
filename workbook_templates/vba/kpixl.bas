Attribute VB_Name = "kpixl"
Option Explicit
Option Private Module

' Hands this workbook's functions and macros to Python. All kpixl workbooks of one Excel share one
' Python process, which ends with Excel. Made for xlwings @xlwings@: its file carries the version in
' its name.

#If VBA7 Then
    #If Win64 Then
        Private Const BITS As String = "64"
        Private Declare PtrSafe Function XLPyDLLActivateAuto Lib "xlwings64-@xlwings@.dll" (ByRef answer As Variant, Optional ByVal start As String = "", Optional ByVal mode As Long = 1) As Long
    #Else
        Private Const BITS As String = "32"
        Private Declare PtrSafe Function XLPyDLLActivateAuto Lib "xlwings32-@xlwings@.dll" (ByRef answer As Variant, Optional ByVal start As String = "", Optional ByVal mode As Long = 1) As Long
    #End If
    Private Declare PtrSafe Function LoadLibraryW Lib "kernel32" (ByVal fileName As LongPtr) As LongPtr
    Private Declare PtrSafe Function MessageBoxW Lib "user32" (ByVal owner As LongPtr, ByVal message As LongPtr, ByVal title As LongPtr, ByVal style As Long) As Long
#Else
    Private Const BITS As String = "32"
    Private Declare Function XLPyDLLActivateAuto Lib "xlwings32-@xlwings@.dll" (ByRef answer As Variant, Optional ByVal start As String = "", Optional ByVal mode As Long = 1) As Long
    Private Declare Function LoadLibraryW Lib "kernel32" (ByVal fileName As Long) As Long
    Private Declare Function MessageBoxW Lib "user32" (ByVal owner As Long, ByVal message As Long, ByVal title As Long, ByVal style As Long) As Long
#End If

Private Const XLWINGS As String = "@xlwings@"
Private Const ANSWERS As String = "kpixl.hosts.excel.server"
' vbObjectError + 513
Private Const NO_SERVER As Long = -2147220991
Private Const REST As Long = 30

' What starts Python; empty until it is found.
Private startCommand As String
' Why it cannot be reached.
Private trouble As String
' After a failure the cells do not try again before.
Private quietUntil As Date

' The result of an in-cell function: a value, or an array of the shape of the answer.
Public Function InCell(ByVal functionName As String, ByVal given As Variant) As Variant
    Dim cells() As Variant
    Dim place As Long
    On Error GoTo Failed
    If Now < quietUntil Then
        InCell = CVErr(xlErrName)
        Exit Function
    End If
    ReDim cells(LBound(given) To UBound(given))
    For place = LBound(given) To UBound(given)
        If IsObject(given(place)) Then
            cells(place) = ValuesOf(given(place))
        Else
            cells(place) = given(place)
        End If
    Next place
    InCell = WithErrors(Ask("in_cell", Array(functionName, cells)))
    Exit Function
Failed:
    InCell = CVErr(xlErrName)
End Function

' What Python answers to a question. Raises an error where it cannot be reached.
Public Function Ask(ByVal question As String, ByVal given As Variant) As Variant
    Dim python As Object
    Set python = Server()
    Ask = python.CallUDF(ANSWERS, question, given)
End Function

' Whole numbers stand for Excel's errors; no other result is a whole number.
Public Function WithErrors(ByVal found As Variant) As Variant
    Dim row As Long
    Dim column As Long
    If IsArray(found) Then
        For row = LBound(found, 1) To UBound(found, 1)
            For column = LBound(found, 2) To UBound(found, 2)
                If VarType(found(row, column)) = vbLong Then
                    found(row, column) = CVErr(found(row, column))
                End If
            Next column
        Next row
    ElseIf VarType(found) = vbLong Then
        found = CVErr(found)
    End If
    WithErrors = found
End Function

' A range's values: dates as dates, currency with all its decimals. A whole column or row counts as
' far as its sheet is in use.
Private Function ValuesOf(ByVal area As Range) As Variant
    Dim found As Variant
    Dim exact As Variant
    Dim row As Long
    Dim column As Long
    If area.Areas.Count > 1 Then
        ValuesOf = CVErr(xlErrValue)
        Exit Function
    End If
    With area.Worksheet
        If area.Rows.Count = .Rows.Count Then
            Set area = area.Resize(.UsedRange.Row + .UsedRange.Rows.Count - 1)
        End If
        If area.Columns.Count = .Columns.Count Then
            Set area = area.Resize(, .UsedRange.Column + .UsedRange.Columns.Count - 1)
        End If
    End With
    On Error GoTo NoDates
    found = area.Value
    If IsArray(found) Then
        For row = LBound(found, 1) To UBound(found, 1)
            For column = LBound(found, 2) To UBound(found, 2)
                If VarType(found(row, column)) = vbCurrency Then
                    If IsEmpty(exact) Then exact = area.Value2
                    found(row, column) = exact(row, column)
                End If
            Next column
        Next row
    ElseIf VarType(found) = vbCurrency Then
        found = area.Value2
    End If
    ValuesOf = found
    Exit Function
NoDates:
    ' A number that is formatted as a date and is none.
    ValuesOf = area.Value2
End Function

Private Function Server() As Object
    Dim answer As Variant
    If Len(startCommand) = 0 Then FindPython
    If Len(startCommand) = 0 Then GoTo Failed
    If XLPyDLLActivateAuto(answer, startCommand, 1) <> 0 Then
        trouble = Said("no_start", "Python was found but does not answer. Enter at a prompt: kpixl addin excel") & vbLf & vbLf & CStr(answer)
        startCommand = ""
        GoTo Failed
    End If
    quietUntil = 0
    Set Server = answer
    Exit Function
Failed:
    quietUntil = DateAdd("s", REST, Now)
    Err.Raise NO_SERVER, "kpixl", trouble
End Function

' Ends Python, so that the next question starts it anew.
Public Sub Restart()
    Dim answer As Variant
    On Error Resume Next
    If Len(startCommand) > 0 Then XLPyDLLActivateAuto answer, startCommand, -1
    startCommand = ""
    quietUntil = 0
End Sub

Private Sub FindPython()
    Dim folder As Variant
    Dim minor As Long
    trouble = Said("no_python", "kpixl was not found on this computer. Enter at a prompt, in the folder of kpixl: pip install .[excel]  Then: kpixl addin excel")
    #If Mac Then
        trouble = Said("no_mac", "The functions and macros of kpixl need the PC version of Excel.")
        Exit Sub
    #End If
    If Usable(Environ$("KPIXL_PYTHON"), "") Then Exit Sub
    If Remembered() Then Exit Sub
    For minor = 15 To 11 Step -1
        If Usable(Environ$("LOCALAPPDATA") & "\Programs\Python\Python3" & minor & "\python.exe", "") Then Exit Sub
        If Usable(Environ$("ProgramW6432") & "\Python3" & minor & "\python.exe", "") Then Exit Sub
    Next minor
    For Each folder In Split(Environ$("PATH"), ";")
        If Len(folder) > 0 Then
            If Usable(folder & "\python.exe", "") Then Exit Sub
        End If
    Next folder
End Sub

' What "kpixl addin excel" has written down: the interpreter, and the folder of xlwings' file.
Private Function Remembered() As Boolean
    Dim number As Integer
    Dim python As String
    Dim folder As String
    On Error GoTo Done
    number = FreeFile
    Open Environ$("LOCALAPPDATA") & "\kpixl\excel.txt" For Input As #number
    Line Input #number, python
    Line Input #number, folder
    Close #number
    Remembered = Usable(python, folder)
    Exit Function
Done:
    On Error Resume Next
    Close #number
End Function

' Whether xlwings' file for this workbook stands where this Python keeps it; if so, it is loaded.
Private Function Usable(ByVal python As String, ByVal besides As String) As Boolean
    Dim home As String
    Dim folder As Variant
    Dim file As String
    If InStr(python, "\") = 0 Or Not IsFile(python) Then Exit Function
    home = Left$(python, InStrRev(python, "\") - 1)
    For Each folder In Array(besides, home, home & "\..", Environ$("APPDATA") & "\Python")
        If Len(folder) > 0 Then
            file = folder & "\xlwings" & BITS & "-" & XLWINGS & ".dll"
            If IsFile(file) Then
                If LoadLibraryW(StrPtr(file)) <> 0 Then
                    startCommand = """" & python & """ -P -c ""from kpixl.hosts.excel.server import serve; serve('$(CLSID)')"""
                    Usable = True
                    Exit Function
                End If
            Else
                OtherVersion CStr(folder)
            End If
        End If
    Next folder
End Function

' Another version of xlwings cannot be called from this workbook: say which, and what to do.
Private Sub OtherVersion(ByVal folder As String)
    Dim file As String
    Dim version As String
    On Error Resume Next
    file = Dir$(folder & "\xlwings" & BITS & "-*.dll")
    If Len(file) > 0 Then
        version = Replace(Replace(file, "xlwings" & BITS & "-", ""), ".dll", "")
        trouble = Said("version", "This workbook was made for xlwings {wanted}, but {found} is installed. Enter at a prompt: pip install xlwings=={wanted}  Or make the workbook anew with: kpixl new")
        trouble = Replace(Replace(trouble, "{wanted}", XLWINGS), "{found}", version)
    End If
End Sub

Private Function IsFile(ByVal path As String) As Boolean
    On Error Resume Next
    If Len(path) > 0 Then IsFile = (GetAttr(path) And vbDirectory) = 0
End Function

' A text in the workbook's language, which stands among its properties: code cannot hold it on
' every machine. Where they were removed, in English.
Public Function Said(ByVal key As String, ByVal english As String) As String
    Said = english
    On Error Resume Next
    Said = Replace(CStr(ThisWorkbook.CustomDocumentProperties("kpixl " & key).Value), "|", vbLf)
End Function

' A message box that shows every script; True for OK and Yes.
Public Function Shown(ByVal message As String, ByVal style As Long) As Boolean
    #If Mac Then
        Shown = (MsgBox(message, style, "kpixl") <> vbNo)
    #Else
        Dim title As String
        title = "kpixl"
        Shown = (MessageBoxW(Application.Hwnd, StrPtr(message), StrPtr(title), style) <> vbNo)
    #End If
End Function
