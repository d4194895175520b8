using System.Diagnostics;
using LiteDB;
using Microsoft.Extensions.DependencyInjection;

namespace Outbox.LiteDb.Tests;

/// <summary>This program started once more, as another host on a file: it opens the outbox, writes, and waits to be killed.</summary>
internal sealed class OtherProcess : IDisposable
{
    public const int Calls = 20;

    private const string Ready = "ready";

    private readonly Process _process;

    private OtherProcess(Process process) => _process = process;

    public static async Task<OtherProcess> StartAsync(string file)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(OtherProcess).Assembly.Location, file])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var other = new OtherProcess(Process.Start(start)!);
        Assert.Equal(Ready, await other._process.StandardOutput.ReadLineAsync());
        return other;
    }

    /// <summary>What the other process does.</summary>
    public static async Task Main(string[] arguments)
    {
        var services = new ServiceCollection();
        services.AddWebhookOutbox().UseLiteDb($"Filename={arguments[0]}");
        await using var provider = services.BuildServiceProvider();
        var (outbox, database) = (provider.GetRequiredService<IWebhookOutbox>(), provider.GetRequiredService<ILiteDatabase>());
        for (var i = 0; i < Calls; i++)
        {
            outbox.Transact(database, t =>
            {
                database.GetCollection("calls").Insert(Platform.Call($"call_{i}"));
                t.Enqueue(Some.Event($"call_{i}"));
            });
        }

        Console.WriteLine(Ready);
        await Console.In.ReadLineAsync();
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
