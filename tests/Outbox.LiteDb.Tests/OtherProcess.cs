using System.Diagnostics;
using System.Globalization;
using LiteDB;
using Microsoft.Extensions.DependencyInjection;

namespace Outbox.LiteDb.Tests;

/// <summary>This program started once more, as another host on a file: it opens the outbox, and ends calls until it is killed.</summary>
internal sealed class OtherProcess : IDisposable
{
    // Large enough that the log is written back into the file several times while it runs.
    private static readonly string Padding = new('x', 20_000);

    private readonly Process _process;

    private OtherProcess(Process process) => _process = process;

    public static OtherProcess Start(string file) => new(Process.Start(
        new ProcessStartInfo("dotnet", [typeof(OtherProcess).Assembly.Location, file])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!);

    /// <summary>What the other process does: one call after the other, each told of when it is committed.</summary>
    public static async Task Main(string[] arguments)
    {
        var services = new ServiceCollection();
        services.AddWebhookOutbox().UseLiteDb($"Filename={arguments[0]}");
        await using var provider = services.BuildServiceProvider();
        var (outbox, database) = (provider.GetRequiredService<IWebhookOutbox>(), provider.GetRequiredService<ILiteDatabase>());
        var calls = database.GetCollection("calls");
        for (var i = calls.Count(); ; i++)
        {
            outbox.Transact(database, t =>
            {
                calls.Insert(Platform.Call(Name(i)));
                t.Enqueue(new WebhookEvent("call.ended", new { id = Name(i), Padding }) { Subject = Name(i) });
            });
            Console.WriteLine(Name(i));
        }
    }

    /// <summary>The calls that it has told of as committed, one after the other.</summary>
    public async Task<string> CommittedAsync() =>
        await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"The other process ended with {_process.ExitCode}.");

    /// <summary>SIGKILL: it has no last word. What it told of before is returned.</summary>
    public async Task<IReadOnlyList<string>> KillAsync()
    {
        _process.Kill();
        var rest = await _process.StandardOutput.ReadToEndAsync();
        await _process.WaitForExitAsync();

        // A line that was cut off is no commit that anybody was told of.
        return rest.EndsWith('\n') || rest.Length == 0 ? Lines(rest) : [.. Lines(rest).SkipLast(1)];
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"call_{number}");

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
