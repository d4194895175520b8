#if LITEDB
using System.Net;

namespace MinimalApiHost.Tests;

/// <summary>The sample on LiteDB: the same API, the same guarantees.</summary>
public sealed class LiteDbStorageTests(PlatformFixture platform) : IClassFixture<PlatformFixture>, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("outbox-sample-litedb-");

    [Fact]
    public async Task A_call_its_own_webhook_its_end_and_its_recording_are_kept_and_delivered()
    {
        using var http = Start();
        var api = new Api(http, "demo-key");
        var started = await api.PostAsync("/v1/calls", new
        {
            id = "call_litedb",
            from = "+16473705600",
            to = "+14155551234",
            record = true,
            metadata = new { patient = "pat_123" },
            webhook_url = platform.Receiver.Url("/litedb"),
        });
        await api.PostAsync("/v1/calls/call_litedb/end", new { durationSeconds = 2.5 });

        var released = await api.PostAsync("/v1/calls/call_litedb/artifacts/recording", new { recordingUrl = "https://calls.example/1.mp3" });

        Assert.Equal(HttpStatusCode.Created, started.Status);
        Assert.Equal("released", (string?)released["outcome"]);
        Assert.Contains("https://calls.example/1.mp3", Assert.Single(await platform.Receiver.ArrivedAsync("/litedb")).Text, StringComparison.Ordinal);
        var call = await api.GetAsync("/v1/calls/call_litedb");
        Assert.Equal(("completed", "pat_123"), ((string?)call["status"], (string?)call["metadata"]!["patient"]));
        Assert.Equal("https://calls.example/1.mp3", (string?)call["artifacts"]!["recording"]!["recordingUrl"]);
    }

    [Fact]
    public async Task A_second_start_and_a_rolled_back_end_leave_no_trace()
    {
        using var http = Start();
        var api = new Api(http, "demo-key");
        await api.PostAsync("/v1/calls", new { id = "call_undone", from = "+16473705600", to = "+14155551234", webhook_url = platform.Receiver.Url("/litedb-undone") });

        var again = await api.PostAsync("/v1/calls", new { id = "call_undone", from = "+16473705600", to = "+14155551234", webhook_url = "https://example.com/" });
        var undone = await api.PostAsync("/v1/calls/call_undone/end?simulate=rollback", new { });

        again.IsProblem(HttpStatusCode.Conflict, "call_undone");
        undone.IsProblem(HttpStatusCode.InternalServerError, "rolled back");
        Assert.Equal("in-progress", (string?)(await api.GetAsync("/v1/calls/call_undone"))["status"]);
        Assert.Empty((await api.GetAsync("/v1/deliveries?subject=call_undone"))["deliveries"]!.AsArray());
        await api.PostAsync("/v1/calls/call_undone/end", new { });
        Assert.Single(await platform.Receiver.ArrivedAsync("/litedb-undone"));
        (await api.PostAsync("/v1/calls/call_undone/end", new { })).IsProblem(HttpStatusCode.Conflict, "already");
    }

    [Fact]
    public async Task A_recording_that_comes_before_the_end_is_told_by_it_and_comes_once()
    {
        using var http = Start();
        var api = new Api(http, "demo-key");
        await api.PostAsync("/v1/calls", new { id = "call_early", from = "+16473705600", to = "+14155551234", record = true, webhook_url = platform.Receiver.Url("/litedb-early") });

        var kept = await api.PostAsync("/v1/calls/call_early/artifacts/recording", new { recordingUrl = "https://calls.example/1.mp3" });
        var second = await api.PostAsync("/v1/calls/call_early/artifacts/recording", new { recordingUrl = "https://calls.example/2.mp3" });
        await api.PostAsync("/v1/calls/call_early/end", new { });

        Assert.Equal("kept", (string?)kept["outcome"]);
        second.IsProblem(HttpStatusCode.Conflict, "has arrived already");
        Assert.Contains("https://calls.example/1.mp3", Assert.Single(await platform.Receiver.ArrivedAsync("/litedb-early")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_demo_plays_on_LiteDB_as_it_does_on_SQLite()
    {
        using var demo = ChildHost.Start(_folder.FullName, ["--demo", "Storage=litedb"]);

        Assert.True(await demo.ExitedAsync() == 0, demo.Output + demo.Errors);
        Assert.Contains("Every receiver verified exactly what it should have got", demo.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private HttpClient Start() => platform.Start(
        ("Storage", "litedb"), ("ConnectionStrings:Calls", $"Filename={Path.Combine(_folder.FullName, "calls.litedb")}"));
}
#endif
