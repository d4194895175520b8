using Outbox.Sqlite.Tests;


namespace MinimalApiHost.Tests;

public sealed class ProcessTests : IDisposable
{
    private const string SecretKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("outbox-process-");

    [Fact]
    public async Task The_demo_exits_0_and_prints_no_colours_into_a_file()
    {
        using var demo = ChildHost.Start(_folder.FullName, ["--demo"]);

        var exitCode = await demo.ExitedAsync();

        Assert.True(exitCode == 0, demo.Output + demo.Errors);
        Assert.Contains("Every receiver verified exactly what it should have got: 32 requests for 30 deliveries", demo.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[", demo.Output, StringComparison.Ordinal);
        Assert.Equal("", demo.Errors);
        Assert.Empty(_folder.EnumerateFileSystemInfos());
    }

    [Fact]
    public async Task The_quick_start_delivers_an_ended_call()
    {
        await using var receiver = await Receiver.StartAsync();
        using var host = ChildHost.Start(_folder.FullName, ["--quickstart", "--receiver", receiver.Url("/quickstart")]);
        using var http = new HttpClient { BaseAddress = await host.ListeningAsync() };

        using var ended = await http.PostAsync(new Uri("/calls/call_1/end", UriKind.Relative), content: null);

        Assert.True(ended.IsSuccessStatusCode, await ended.Content.ReadAsStringAsync());
        var received = Assert.Single(await receiver.ArrivedAsync("/quickstart"));
        Assert.Equal("call.ended", (string?)received.Json["type"]);
        Assert.Equal("ended", (string?)received.Json["data"]!["status"]);
    }

    [Fact]
    public async Task By_default_the_database_is_in_the_folder_data()
    {
        using var host = ChildHost.Start(_folder.FullName, []);

        await host.ListeningAsync();

        Assert.True(File.Exists(Path.Combine(_folder.FullName, "data", "calls.db")));
    }

    [Theory]
    [InlineData("Storage", "mysql", "Storage is 'mysql'. Known are: sqlite, postgres")]
    [InlineData("Webhooks__Profile", "ttmb", "Webhooks:Profile is 'ttmb'. Known are: ttma, talkifai, topcalls, truedy, huskyvoice, standard")]
    [InlineData("ApiKeys__0__Scopes__0", "voice:call", "ApiKeys:0 has no Key")]
    [InlineData("ConnectionStrings__Calls", "Data Source=:memory:", "ConnectionStrings:Calls cannot be used")]
    [InlineData("ConnectionStrings__Calls", "Sauce=calls.db", "ConnectionStrings:Calls cannot be used")]
    public async Task A_setting_that_cannot_be_used_stops_the_start_with_one_sentence(string setting, string value, string expected)
    {
        using var host = ChildHost.Start(_folder.FullName, [], (setting, value));

        Assert.Equal(1, await host.ExitedAsync());

        Assert.Contains(expected, host.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", host.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Webhooks__SecretKey", "", "Webhooks:SecretKey is missing")]
    [InlineData("Webhooks__SecretKey", "too-short", "not 32 bytes in base64")]
    [InlineData("Webhooks__AllowLocalReceivers", "true", "AllowLocalReceiversOutsideDevelopment")]
    public async Task What_is_only_for_development_stops_the_start_elsewhere(string setting, string value, string expected)
    {
        using var host = ChildHost.Start(
            _folder.FullName, [], ("ASPNETCORE_ENVIRONMENT", "Production"), ("Webhooks__SecretKey", SecretKey), (setting, value));

        Assert.Equal(1, await host.ExitedAsync());
        Assert.Contains(expected, host.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outside_Development_there_are_no_demo_keys()
    {
        using var host = ChildHost.Start(_folder.FullName, [], ("ASPNETCORE_ENVIRONMENT", "Production"), ("Webhooks__SecretKey", SecretKey));
        using var http = new HttpClient { BaseAddress = await host.ListeningAsync() };

        (await new Api(http, "demo-key").GetAsync("/v1/deliveries")).IsProblem(System.Net.HttpStatusCode.Unauthorized, "No API key is configured");
    }

    public void Dispose()
    {
        _folder.DeleteWithDatabases();
    }
}
