using Microsoft.Extensions.Options;
using MinimalApiHost;
using MinimalApiHost.Demo;

if (args.Contains("--quickstart"))
{
    await QuickStart.RunAsync([.. args.Except(["--quickstart"])]);
    return 0;
}

try
{
    if (args.Contains("--demo"))
    {
        return await DemoRun.PlayAsync([.. args.Except(["--demo", "--verbose"])], verbose: args.Contains("--verbose"));
    }

    var builder = WebApplication.CreateBuilder(args);
    builder.AddVoicePlatform();

    await using var app = builder.Build();
    app.MapVoicePlatform();
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (e is SettingException or OptionsValidationException)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
