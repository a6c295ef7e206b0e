Attribute VB_Name = "kpixl_macros"
Option Explicit

Private working As Boolean

' Saves the workbook where it has changes and makes its review pack, as "kpixl pack" does.
Public Sub MakeReviewPack()
Attribute MakeReviewPack.VB_Description = "@excel.button.pack@"
Attribute MakeReviewPack.VB_ProcData.VB_Invoke_Func = " \n14"
    Dim book As Workbook
    Dim reply As Variant
    If working Then Exit Sub
    Set book = ThisWorkbook
    If Len(book.Path) = 0 Then
        kpixl.Shown kpixl.Said("unsaved", "Save the workbook first; the pack is written beside it."), vbExclamation
        Exit Sub
    End If
    working = True
    On Error GoTo Failed
    If Not book.Saved And Not book.ReadOnly Then book.Save
    reply = kpixl.Ask("pack_start", Array(book.FullName, book.Saved, "@language@"))
    Do
        Select Case CStr(reply(0))
            Case "wait"
                Application.StatusBar = CStr(reply(1))
                DoEvents
                reply = kpixl.Ask("pack_wait", Array(reply(2)))
            Case "copy"
                Application.StatusBar = CStr(reply(1))
                book.SaveCopyAs CStr(reply(2))
                reply = kpixl.Ask("pack_copied", Array(reply(2)))
            Case "draft"
                Application.StatusBar = False
                If Not kpixl.Shown(CStr(reply(1)), vbYesNo + vbExclamation) Then Exit Do
                reply = kpixl.Ask("pack_draft", Array(reply(2)))
            Case "done"
                Application.StatusBar = False
                kpixl.Shown CStr(reply(1)), vbInformation
                Exit Do
            Case Else
                Application.StatusBar = False
                kpixl.Shown CStr(reply(1)), vbExclamation
                Exit Do
        End Select
    Loop
Finished:
    Application.StatusBar = False
    working = False
    Exit Sub
Failed:
    kpixl.Shown Err.Description, vbExclamation
    Resume Finished
End Sub

' Looks for Python anew, says what was found or what to do, and calculates the cells.
Public Sub KPIXL_SETUP()
Attribute KPIXL_SETUP.VB_Description = "@excel.button.setup@"
Attribute KPIXL_SETUP.VB_ProcData.VB_Invoke_Func = " \n14"
    On Error GoTo Failed
    kpixl.Restart
    kpixl.Shown CStr(kpixl.Ask("about", Array("@language@"))), vbInformation
    Application.CalculateFull
    Exit Sub
Failed:
    kpixl.Shown Err.Description, vbExclamation
End Sub
