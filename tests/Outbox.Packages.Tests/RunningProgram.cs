using System.Diagnostics;
using System.Text;
using System.Threading.Channels;

namespace Outbox.Packages.Tests;

/// <summary>A program that runs until the test has seen enough of what it prints.</summary>
internal sealed class RunningProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly StringBuilder _all = new();

    private RunningProgram(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public static RunningProgram Start(string folder, string program, params string[] arguments) => new(DotNet.Start(folder, program, arguments));

    /// <summary>What follows a text in the next line that has it.</summary>
    public async Task<string> PrintsAsync(string text)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        try
        {
            while (true)
            {
                var line = await _lines.Reader.ReadAsync(patience.Token);
                if (line.IndexOf(text, StringComparison.Ordinal) is >= 0 and var at)
                {
                    return line[(at + text.Length)..];
                }
            }
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"Nobody printed '{text}', but:\n{_all}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is not null)
        {
            lock (_all)
            {
                _all.AppendLine(line);
            }

            _lines.Writer.TryWrite(line);
        }
    }
}
