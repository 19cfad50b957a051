namespace HostAtlas.Engine.Tests.Vault.S3;

/// <summary>The suite over a real S3 server.</summary>
public sealed class S3VaultSuiteTests() : VaultSuite(async () => await S3VaultUnderTest.StartAsync());
