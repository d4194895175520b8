using System.Diagnostics;
using System.Globalization;
using LiteDB;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Outbox.LiteDb.Tests;

/// <summary>This program started once more, as another host on a file: it ends one call after the other, and delivers, until it is killed.</summary>
internal sealed class OtherProcess : IDisposable
{
    private const int EachUndone = 4;

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

    /// <summary>What the other process does: it tells of each call when it is committed.</summary>
    public static async Task Main(string[] arguments)
    {
        new Thread(EndWithParent) { IsBackground = true }.Start();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Development });
        builder.Services.AddWebhookOutbox(options => options.Sending.AllowLocalReceivers = true).UseLiteDb($"Filename={arguments[0]}");
        using var host = builder.Build();
        await host.StartAsync();
        var (outbox, database) = (host.Services.GetRequiredService<IWebhookOutbox>(), host.Services.GetRequiredService<ILiteDatabase>());
        var calls = database.GetCollection("calls");
        for (var i = calls.Count(); ; i++)
        {
            End(Name("call", i), isUndone: false);
            Console.WriteLine(Name("call", i));
            if (i % EachUndone == 0)
            {
                End(Name("undone", i), isUndone: true);
            }
        }

        void End(string id, bool isUndone) => outbox.Transact(database, t =>
        {
            calls.Insert(Platform.Call(id));
            t.Enqueue(new WebhookEvent("call.ended", new { id, Padding }) { Subject = id });
            if (isUndone)
            {
                t.Rollback();
            }
        });
    }

    /// <summary>The next call that it has told of as committed.</summary>
    public async Task<string> CommittedAsync() =>
        await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"The other process ended with {_process.ExitCode}.");

    /// <summary>SIGKILL: it has no last word. What it told of before is returned.</summary>
    public async Task<IReadOnlyList<string>> KillAsync()
    {
        _process.Kill();
        var rest = await _process.StandardOutput.ReadToEndAsync();
        await _process.WaitForExitAsync();

        // A line that was cut off is no commit that anybody was told of.
        return [.. rest.Split('\n').SkipLast(1)];
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    // Whoever started it holds its standard input open; a parent that dies leaves no child behind.
    private static void EndWithParent()
    {
        Console.In.ReadToEnd();
        Environment.Exit(3);
    }

    private static string Name(string what, int number) => string.Create(CultureInfo.InvariantCulture, $"{what}_{number}");
}
