/* The least program: what is left of a launch is the launcher. */
int main(void) { return 0; }
