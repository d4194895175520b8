using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Outbox.Crash.Child;

namespace Outbox.Crash;

/// <summary>A host in a process of its own.</summary>
internal sealed class ChildProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _awaited = new(StringComparer.Ordinal);

    public ChildProcess(ChildOrders orders)
    {
        _process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", [typeof(ChildProcess).Assembly.Location, "child", orders.ToJson()])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
            EnableRaisingEvents = true,
        };
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    /// <summary>The processor time it used so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public bool HasEnded => _process.HasExited;

    /// <summary>What it said so far.</summary>
    public IReadOnlyCollection<string> Lines => _lines;

    /// <summary>Completes when it says this line.</summary>
    public Task SaysAsync(string line)
    {
        var awaited = Awaited(line);
        if (_lines.Contains(line))
        {
            awaited.TrySetResult();
        }

        return awaited.Task.WaitAsync(Patience);
    }

    /// <summary>SIGKILL: it has no last word.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGSTOP: it stands still, as in a paused virtual machine, and knows nothing of it.</summary>
    public Task PauseAsync() => SignalAsync("STOP");

    /// <summary>SIGCONT.</summary>
    public Task ContinueAsync() => SignalAsync("CONT");

    public async Task<int> ExitedAsync()
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"The child has not ended within {Patience}. It said: {string.Join('\n', Lines)}", e);
        }

        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("/bin/sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -{signal} {_process.Id}")]);
        await kill.WaitForExitAsync();
    }

    private TaskCompletionSource Awaited(string line) =>
        _awaited.GetOrAdd(line, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    private void Read(string? line)
    {
        if (line is not null)
        {
            _lines.Enqueue(line);
            Awaited(line).TrySetResult();
        }
    }
}
