using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Outbox.Crash.Child;
using Outbox.Crash.Databases;
using Outbox.Postgres.Tests;
using Xunit.Abstractions;

namespace Outbox.Crash;

/// <summary>Guarantee 7: a real disk fills up under a host at work, and has room again later.</summary>
public sealed class FullDiskTests(ITestOutputHelper output)
{
    [SmallDiskFact]
    public Task On_a_full_disk_a_row_and_its_event_fail_together_on_SQLite_and_all_goes_on_when_there_is_room() =>
        FillAsync("sqlite", disk => Task.FromResult($"Data Source={Path.Combine(disk.Folder, "calls.db")}"));

#if LITEDB
    [SmallDiskFact]
#else
    [Fact(Skip = "None of the package sources has LiteDB.")]
#endif
    public Task On_a_full_disk_a_row_and_its_event_fail_together_on_LiteDB_and_all_goes_on_when_there_is_room() =>
        FillAsync("litedb", disk => Task.FromResult($"Filename={Path.Combine(disk.Folder, "calls.db")}"));

    [SmallDiskFact(NeedsPostgres = true)]
    public async Task On_a_full_disk_a_row_and_its_event_fail_together_on_PostgreSQL_and_all_goes_on_when_there_is_room()
    {
        using var server = PostgresServer.Start();
        await FillAsync("postgres", async disk =>
        {
            // Its journal stays where there is room: a server that cannot write that stops, and is then a server that died.
            var folder = Directory.CreateDirectory(Path.Combine(disk.Folder, "tablespace"));
            Assert.Equal(0, SmallDisk.Run("chown", "postgres", folder.FullName));
            await using var connection = new NpgsqlConnection(server.ConnectionString);
            await connection.OpenAsync();
            foreach (var statement in new[] { $"create tablespace small location '{folder.FullName}'", "create database calls tablespace small" })
            {
                await using var command = new NpgsqlCommand(statement, connection);
                await command.ExecuteNonQueryAsync();
            }

            return new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "calls", SearchPath = "public" }.ConnectionString;
        });
    }

    private async Task FillAsync(string store, Func<SmallDisk, Task<string>> placeAsync)
    {
        using var disk = SmallDisk.Mount();
        await using var receiver = await Receiver.StartAsync();
        var orders = new ChildOrders { Task = ChildTask.Deliver, Store = store, ConnectionString = await placeAsync(disk), Endpoints = receiver.Endpoints };
        var database = CrashDatabase.Of(store, orders.ConnectionString);
        using var host = CrashHost.Build(orders, database);
        database.Attach(host.Services);
        await database.PrepareAsync();
        await host.StartAsync();
        var outbox = host.Services.GetRequiredService<IWebhookOutbox>();
        await CrashHost.RegisterAsync(orders, outbox);
        var points = host.Services.GetRequiredService<KillPoints>();
        Task EndAsync(int n) => database.EndCallAsync(outbox, $"call-{n}", CrashHost.Ended($"call-{n}", "call", n), commit: true, points);

        await EndAsync(0);
        await database.UntilAllDeliveredAsync();
        var (told, refused) = (1, 0);
        disk.FillUpTo(left: 300_000);
        for (var n = 1; refused < 20 && n < 5_000; n++)
        {
            try
            {
                await EndAsync(n);
                told++;
            }
            catch (Exception e) when (IsOfTheStore(e))
            {
                refused += refused == 0 ? Tell(e) : 1;
            }
        }

        Assert.Equal(20, refused);
        Assert.Equal(told, (await database.CommittedAsync()).Count);
        disk.Free();
        await EndAsync(5_001);
        await database.UntilAllDeliveredAsync();
        var (attempts, requests) = (await database.AttemptsAsync(), receiver.Arrivals.Count);
        var verdict = await Verdict.OfAsync(database, receiver, new HashSet<string>(), []);
        await host.StopAsync();

        output.WriteLine($"{told + 1} commits, {refused} refused; {verdict}");
        Assert.Empty(verdict.Broken);
        Assert.Equal((2 * (told + 1), 0), (verdict.Committed, verdict.Repeated));
        Assert.Equal(requests, attempts);
    }

    private static bool IsOfTheStore(Exception e) => e is System.Data.Common.DbException or Storage.OutboxStoreException or IOException || e.GetType().Namespace == "LiteDB";

    private int Tell(Exception refusal)
    {
        output.WriteLine($"The first refusal: {refusal}");
        return 1;
    }
}
