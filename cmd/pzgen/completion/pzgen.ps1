# PowerShell completion for pzgen: pzgen itself says what a line may go on with. Where files are expected
# it offers nothing, and PowerShell completes them itself.
Register-ArgumentCompleter -Native -CommandName pzgen -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $elements = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition -or
      ($_.Extent.EndOffset -eq $cursorPosition -and $wordToComplete -eq '') })
  $words = @($elements | Select-Object -Skip 1 | ForEach-Object { if ($null -ne $_.Value) { $_.Value } else { $_.ToString() } })
  # An empty argument is lost on the way to programs before PowerShell 7.3, so it is quoted.
  $word = if ($wordToComplete -eq '' -and $PSVersionTable.PSVersion -lt [version]'7.3') { '""' } else { $wordToComplete }
  $lines = @(& $elements[0].ToString() __complete pwsh @words $word 2>$null)
  $lines | Select-Object -Skip 1 | ForEach-Object {
    $value, $about = $_ -split "`t", 2
    if (-not $about) { $about = $value }
    [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $about)
  }
}
