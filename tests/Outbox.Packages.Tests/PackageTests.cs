using System.Text;
using System.Xml.Linq;
using Outbox.EndToEnd.Tests;
using Outbox.LiteDb.Tests;

namespace Outbox.Packages.Tests;

public sealed class PackageTests(PackedPackages packed) : IClassFixture<PackedPackages>
{
    public static TheoryData<string> Packages { get; } =
    [
        "Outbox.AspNetCore",
        "Outbox.Core",
        "Outbox.Ed25519",
        "Outbox.EntityFrameworkCore",
#if HTTP_RESILIENCE
        "Outbox.Http.Resilience",
#endif
#if LITEDB
        "Outbox.LiteDb",
#endif
        "Outbox.Postgres",
        "Outbox.Sqlite",
        "Outbox.Testing",
    ];

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_package_has_its_readme_icon_licence_documentation_symbols_and_commit(string package)
    {
        using var archive = packed.Open(package);
        using var symbols = packed.Open(package, "snupkg");
        var entries = archive.Entries.Select(entry => entry.FullName).ToHashSet(StringComparer.Ordinal);
        var metadata = packed.Metadata(package);

        Assert.Superset(new HashSet<string>(["README.md", "icon.png", $"lib/net10.0/{package}.dll", $"lib/net10.0/{package}.xml"], StringComparer.Ordinal), entries);
        Assert.Contains(symbols.Entries, entry => entry.FullName == $"lib/net10.0/{package}.pdb");
        Assert.Equal(("MIT", "README.md", "icon.png"), (Text(metadata, "license"), Text(metadata, "readme"), Text(metadata, "icon")));
        Assert.Contains(package == "Outbox.Core" ? "Transactional" : "Outbox", Text(metadata, "description"), StringComparison.Ordinal);
        Assert.Matches(PackedPackages.IsCheckedOut ? "^[0-9a-f]{40}$" : "", metadata.Elements().Single(element => element.Name.LocalName == "repository").Attribute("commit")?.Value ?? "");
    }

    [Fact]
    public async Task A_new_console_project_delivers_with_two_lines()
    {
        var printed = await packed.BuildAndRunAsync(
            "NewConsole",
            "Microsoft.NET.Sdk",
            ["Outbox.Testing"],
            """
            using Microsoft.Extensions.DependencyInjection;
            using Outbox;
            using Outbox.Testing;

            var services = new ServiceCollection();
            services.AddWebhookOutbox().UseTestbed();
            await using var provider = services.BuildServiceProvider();
            await using var testbed = await provider.StartTestbedAsync();
            var outbox = provider.GetRequiredService<IWebhookOutbox>();
            await outbox.Endpoints.PutAsync(new WebhookEndpoint { Scope = WebhookScope.All, Url = "https://customer.example.com/" });
            await outbox.EnqueueInOwnTransactionAsync(new WebhookEvent("call.ended", new { id = "call_1" }));
            await testbed.DrainAsync();
            Console.WriteLine(testbed.ShouldHaveSentOne("call_1").StatusCode);
            """);

        Assert.Equal("200", printed.Trim());
    }

    [Fact]
    public async Task A_new_web_project_starts_and_stops_with_two_lines()
    {
        var printed = await packed.BuildAndRunAsync(
            "NewWeb",
            "Microsoft.NET.Sdk.Web",
            ["Outbox.Sqlite", "Outbox.AspNetCore"],
            """
            using Outbox;

            var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development", Args = ["--urls", "http://127.0.0.1:0"] });
            builder.Logging.ClearProviders();
            builder.Services.AddWebhookOutbox().UseSqlite($"Data Source={Path.GetTempFileName()}");
            var app = builder.Build();
            app.MapWebhookOutbox("/outbox").AllowAnonymous();
            await app.StartAsync();
            using var client = new HttpClient();
            Console.WriteLine((int)(await client.GetAsync(app.Urls.First() + "/outbox/")).StatusCode);
            await app.StopAsync();
            """);

        Assert.Equal("200", printed.Trim());
    }

    [Fact]
    public async Task The_program_of_the_first_guide_delivers_at_once_and_again_after_a_restart()
    {
        var folder = await packed.BuildAsync("Calls", "Microsoft.NET.Sdk.Web", ["Outbox.Sqlite", "Outbox.AspNetCore"], Sample("GettingStarted"));
        var url = $"http://127.0.0.1:{FreePort.Take()}";

        await using (var first = RunningProgram.Start(folder, "dotnet", "Calls.dll", "--urls", url))
        {
            await EndACallAsync(first, "call_1");
        }

        await using var second = RunningProgram.Start(folder, "dotnet", "Calls.dll", "--urls", url);
        await EndACallAsync(second, "call_2");
    }

    [TrimmingFact]
    public async Task A_worker_service_that_was_trimmed_delivers()
    {
        var folder = await packed.PublishTrimmedAsync(
            "Worker",
            "Microsoft.NET.Sdk.Worker",
            ["Microsoft.Extensions.Hosting", "Outbox.Sqlite", "Outbox.Postgres", "Outbox.Ed25519", "Outbox.Testing"],
            Sample("WorkerService"));
        await using var receiver = await Receiver.StartAsync();

        await using var worker = RunningProgram.Start(
            folder, Path.Combine(folder, "Worker"), $"--Receiver={receiver.Url("/hook")}", "--Secret=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        var received = await receiver.NextAsync();

        Assert.Contains("\"data\":{\"id\":\"call_1\"}", Encoding.UTF8.GetString(received.Body), StringComparison.Ordinal);
        Assert.Matches("^v1,[A-Za-z0-9+/]{43}=$", received.Headers["webhook-signature"]);
    }

    private static async Task EndACallAsync(RunningProgram program, string id)
    {
        var url = (await program.PrintsAsync("Now listening on: ")).TrimEnd();
        using var client = new HttpClient();
        (await client.PostAsync($"{url}/calls/{id}/end", content: null)).EnsureSuccessStatusCode();
        await program.PrintsAsync($$"""call.ended: {"id":"{{id}}"}""");
    }

    private static string Sample(string name) => File.ReadAllText(Path.Combine(PackedPackages.Root, "samples", name, "Program.cs"));

    private static string Text(XElement metadata, string name) => metadata.Elements().Single(element => element.Name.LocalName == name).Value;
}
